#ifndef TUNESMITH_WORKER_TRAINING_PICTURE_LOADER_H_
#define TUNESMITH_WORKER_TRAINING_PICTURE_LOADER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "proto/contract/base/mutex.h"

namespace tunesmith::worker {

// Reads pictures on threads of its own, ahead of whoever takes them. What is
// read does not depend on the number of threads. Expect and Take are for one
// thread.
class PictureLoader {
 public:
  // Reads the example at an index into `value_count` values; thread-safe.
  using Reader =
      std::function<absl::Status(int32_t index, std::span<float> values)>;

  // At least one thread.
  PictureLoader(size_t threads, size_t value_count);
  ~PictureLoader();
  PictureLoader(const PictureLoader&) = delete;
  PictureLoader& operator=(const PictureLoader&) = delete;

  // Forgets what was expected before and begins to read these, each index once.
  void Expect(std::vector<int32_t> order, Reader read);

  // The values of each example, one after another. Of expected ones that follow
  // in the order they come from the threads; anything else, such as a batch
  // that is taken again, is read now.
  absl::Status Take(std::span<const int32_t> indices, std::span<float> values);

 private:
  // A picture that is being read.
  struct Slot {
    bool done = false;
    absl::Status status;
    std::vector<float> values;
  };

  void Run();
  Slot Read(int32_t index) const;
  // Ends what the threads read; waits for what they are in.
  void Drain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Place in the order, or the order's length for what is not in it.
  size_t PlaceOf(int32_t index) const;
  // Lets go of what comes before `first`, and lets the threads go on to `last`.
  void MoveWindow(size_t first, size_t last)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t value_count_;
  const size_t ahead_;
  // Of the thread that takes; the threads look at it while something is
  // expected.
  std::vector<int32_t> order_;
  Reader read_;
  std::unordered_map<int32_t, size_t> places_;

  Mutex mutex_;
  CondVar changed_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // Places from first_ to next_ have slots; those before were let go.
  size_t first_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  // The threads read what is before.
  size_t end_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t reading_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  // Last: they use what is above.
  std::vector<std::thread> threads_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_PICTURE_LOADER_H_
