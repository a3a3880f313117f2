#ifndef TUNESMITH_SERVER_WORKERS_SESSION_REACTOR_H_
#define TUNESMITH_SERVER_WORKERS_SESSION_REACTOR_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"
#include "proto/contract/base/mutex.h"
#include "server/work/work_queue.h"
#include "server/workers/boot_leases.h"
#include "server/workers/context.h"
#include "server/workers/worker_registry.h"
#include "tunesmith/internal/v1/worker_session.pb.h"

namespace tunesmith::server {

// One stream of a worker. Called by gRPC, by the registry and by completions
// of the store. What has to be said or done next is decided by Advance, under
// the mutex; it also starts the gRPC operations there, which is safe: they do
// not block, and reactions never run inside of them. Holds itself until gRPC
// is done with it.
//
// Locks are taken in this order: the session's, then those of the registry,
// the lease table or the lease clock.
class SessionReactor final
    : public grpc::ServerBidiReactor<internal::v1::WorkerMessage,
                                     internal::v1::ServerMessage>,
      public WorkerLink,
      public std::enable_shared_from_this<SessionReactor> {
 public:
  static SessionReactor* Start(const WorkersContext& context);

  void OnAssignmentsChanged() override;
  void OnPredictBatch(internal::v1::PredictBatch batch) override;
  void OnEvicted(const absl::Status& status) override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  enum class State {
    // Nothing came yet.
    kAwaitingHello,
    // Leases of older boots are being ended; nothing is read meanwhile.
    kGreeting,
    // Both sides say what runs and what should.
    kServing,
    // gRPC has the stream's status; no operation may be started.
    kFinished,
  };

  explicit SessionReactor(const WorkersContext& context) : context_(context) {}

  // What came; without the mutex.
  void Take(internal::v1::WorkerMessage message);
  void TakeHello(const internal::v1::Hello& hello);
  void TakeReport(const internal::v1::Report& report);
  void TakeEvents(internal::v1::Events events);

  void OnOldLeasesEnded(const internal::v1::Report& report,
                        const absl::Status& status);
  void OnEventsStored(const LeaseKey& lease, int64_t sequence,
                      const absl::Status& status);
  // Ends the stream without a message in between.
  void Fail(absl::Status status);
  // The stream ends with `status` as soon as no write is in flight; the first
  // status wins.
  void End(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The worker is not reached through this stream any more.
  void Leave() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellWhetherBehind() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Fills `outgoing_`; false when there is nothing to say.
  bool TakeOutgoing() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const WorkersContext& context_;
  std::shared_ptr<SessionReactor> self_;
  // Set by Hello before anybody else can ask, constant afterwards.
  std::optional<BootLeases> leases_;

  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kAwaitingHello;
  // The registry has this stream.
  bool registered_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool welcome_due_ ABSL_GUARDED_BY(mutex_) = false;
  // The newest state is made when it is sent.
  bool desired_due_ ABSL_GUARDED_BY(mutex_) = false;
  // In order.
  std::deque<internal::v1::ServerMessage> acks_ ABSL_GUARDED_BY(mutex_);
  // In order.
  std::deque<internal::v1::PredictBatch> batches_ ABSL_GUARDED_BY(mutex_);
  // Messages of events that are not stored yet.
  int unstored_ ABSL_GUARDED_BY(mutex_) = 0;
  // The registry knows that nothing is read for the server's sake.
  bool behind_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  // Each changed only while no operation on it is in flight.
  internal::v1::WorkerMessage incoming_;
  internal::v1::ServerMessage outgoing_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_SESSION_REACTOR_H_
