#ifndef TUNESMITH_WORKER_AGENT_PROCESS_CHILD_TRAINER_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_CHILD_TRAINER_H_

#include <string>
#include <thread>

#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"
#include "worker/agent/process/child.h"
#include "worker/agent/process/trainer_process.h"

namespace tunesmith::worker {

// A trainer in a child process. One thread of its own reads the channel and
// what the child prints, and reaps it.
class ChildTrainer : public TrainerProcess {
 public:
  // A child that closes its channel gets `end_grace` to end.
  ChildTrainer(Child child, TrainerSink sink, absl::Duration end_grace);
  ~ChildTrainer() override;

  absl::Status Send(const internal::v1::AgentMessage& message) override;
  void Kill() override;
  std::optional<int64_t> HeldMemoryBytes() override;

 private:
  void Read();
  // Reads one frame; false when the channel is at its end.
  bool ReadMessage();
  void ReadOutput();
  void AwaitEnd();
  // True once the child is gone and reaped.
  bool Reap();

  Child child_;
  const TrainerSink sink_;
  const absl::Duration end_grace_;
  // The reader's until it ends.
  TrainerExit exit_;
  std::string output_tail_;

  Mutex mutex_;
  // After that, the process id may belong to somebody else.
  bool reaped_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread reader_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_CHILD_TRAINER_H_
