#ifndef TUNESMITH_SERVER_PREDICTIONS_PREDICTION_DESK_H_
#define TUNESMITH_SERVER_PREDICTIONS_PREDICTION_DESK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/mutex.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::server {

// A model that is asked, by more than its name: that can be given away.
struct PredictionModel {
  std::string tenant;
  // `models/{model}`.
  std::string name;
  std::string uid;

  auto operator<=>(const PredictionModel&) const = default;
};

// What the desk needs of the rest of the server. Must not block. HasFreeSlot is
// called under the desk's lock and must not call the desk; the others are
// called without it.
class PredictionBackend {
 public:
  virtual ~PredictionBackend() = default;

  // Queues a work item that holds the model. Its end, also where it cannot be
  // queued, comes back as OnEnded.
  virtual void QueueHolder(const PredictionModel& model,
                           const std::string& item_uid) = 0;
  // Nobody waits for it any more: takes it out of the queue.
  virtual void RemoveHolder(const std::string& item_uid) = 0;
  // Asks a leased holder to end.
  virtual void StopHolder(const std::string& item_uid) = 0;
  // Gives a batch to the worker that has the item. One that does not arrive is
  // lost with the lease.
  virtual void Send(const std::string& worker_id,
                    internal::v1::PredictBatch batch) = 0;
  // Whether a slot for a holder is free.
  virtual bool HasFreeSlot() = 0;
};

// Where questions to models wait and are given to the workers that hold the
// models. A model that is asked gets a holder, a leased work item, which stays
// until it was idle for a while or a model without one needs its slot. In
// memory only: whoever asks waits. Thread-safe.
class PredictionDesk {
 public:
  using Answer = absl::StatusOr<std::vector<v1::Prediction>>;
  using AnswerFn = absl::AnyInvocable<void(Answer)>;

  // Questions that may wait, and bytes of their samples.
  static constexpr size_t kMaxQuestions = 256;
  static constexpr size_t kMaxBytes = size_t{256} << 20;
  // Batches that a worker has at once: one it works on, and the next.
  static constexpr size_t kBatchesUnderWay = 2;
  // How long a holder may go on while another model waits for a slot.
  static constexpr absl::Duration kTurn = absl::Seconds(2);

  // Neither is owned; both outlive the desk.
  PredictionDesk(PredictionBackend* backend, Clock* clock,
                 std::function<std::string()> new_uid);

  // `answer` runs once, without a lock held, unless Withdraw comes first; must
  // not block. `top_k` at least 1. RESOURCE_EXHAUSTED (QUEUE_FULL).
  absl::StatusOr<int64_t> Ask(const PredictionModel& model,
                              std::vector<v1::Sample> samples, int top_k,
                              AnswerFn answer);
  // Nobody waits for the answer any more.
  void Withdraw(int64_t question);

  // What became of a holder's item, after the commit: it was leased; its lease
  // ended, and it waits for another; it is gone.
  void OnLeased(const std::string& item_uid, int64_t fence,
                const std::string& worker_id);
  void OnReleased(const std::string& item_uid);
  void OnEnded(const std::string& item_uid, const absl::Status& status);

  // What a worker answers. Ignored where the item is not leased to it.
  void OnResult(const std::string& worker_id,
                internal::v1::PredictBatchResult result);

  // Answers every question.
  void EndAll(const absl::Status& status);

 private:
  struct Question {
    int64_t id = 0;
    std::vector<v1::Sample> samples;
    // Of `samples`.
    size_t bytes = 0;
    int top_k = 1;
    AnswerFn answer;
  };

  // The item that holds one model, and who waits for it.
  struct Holder {
    PredictionModel model;
    std::string item_uid;
    // Empty while it is not leased.
    std::string worker_id;
    int64_t fence = 0;
    absl::Duration lease_time;
    // The model is loaded.
    bool ready = false;
    // It was asked to end.
    bool stopping = false;
    int64_t last_number = 0;
    std::deque<Question> waiting;
    // By number; without an answer where that was withdrawn.
    std::map<int64_t, Question> under_way;

    bool leased() const { return !worker_id.empty(); }
    bool wanted() const { return !waiting.empty() || !under_way.empty(); }
  };

  // What is done once the lock is released.
  using Deeds = std::vector<absl::AnyInvocable<void()>>;

  Holder* FindItem(const std::string& item_uid)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Queue(Holder& holder, Deeds& deeds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives the holder batches as far as it may have more.
  void SendMore(Holder& holder, Deeds& deeds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Lets holders give way to models that wait for a slot.
  void MakeRoom(Deeds& deeds) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a model waits for a slot that no holder leaves by itself.
  bool SlotIsWanted() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HadItsTurn(const Holder& holder) const;
  // Questions under way wait again, first.
  void TakeBack(Holder& holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A holder that waits for a slot, and nobody for it.
  void RemoveUnwanted(std::list<Holder>::iterator holder, Deeds& deeds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For one more question.
  bool HasRoomFor(size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Do(Deeds deeds);

  PredictionBackend* const backend_;
  Clock* const clock_;
  const std::function<std::string()> new_uid_;
  Mutex mutex_;
  int64_t last_question_ ABSL_GUARDED_BY(mutex_) = 0;
  // One for each model that has or wants one.
  std::list<Holder> holders_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_PREDICTIONS_PREDICTION_DESK_H_
