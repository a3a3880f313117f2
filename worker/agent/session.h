#ifndef TUNESMITH_WORKER_AGENT_SESSION_H_
#define TUNESMITH_WORKER_AGENT_SESSION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/contract/base/clock.h"
#include "proto/contract/message_limits.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "worker/agent/held_items.h"
#include "worker/agent/item_key.h"
#include "worker/agent/reconcile.h"
#include "worker/agent/server_connection.h"
#include "worker/agent/session_transport.h"
#include "worker/agent/slot_runner.h"
#include "worker/agent/worker_metrics.h"

namespace tunesmith::worker {

// The conversation with the server: says what runs, does what should run, and
// keeps events until they are on the server's disk. While no stream is open,
// trainers go on; what becomes of their leases is the server's decision. All
// methods on one thread; none blocks.
class Session : public ItemObserver {
 public:
  struct Options {
    std::string worker_id;
    // As in Hello; empty: unknown.
    std::string instance_id;
    // Larger in every later start.
    int64_t boot_id = 0;
    std::string build;
    // An item whose events wait for the server with more bytes than this
    // altogether, or that reports one longer than the server takes, is given
    // up.
    size_t max_waiting_bytes = 256 << 20;
    size_t max_event_bytes = kMaxEventBytes;
    // Brings a closure to the session's thread; any thread may call it.
    std::function<void(std::function<void()>)> post;
    // The server accepted this worker; after every reconnect.
    std::function<void()> on_welcome;
    // The session is over for good: a newer start of the same worker is there.
    std::function<void(absl::Status)> on_evicted;
  };

  // `transport`, `clock` and `metrics` outlive the session.
  Session(Options options, SessionTransport& transport, Clock& clock,
          WorkerMetrics& metrics);

  // Before the first Turn. Takes dependencies.observer to be this session.
  void AddSlot(std::unique_ptr<SlotRunner> slot);

  // Takes nothing more up, asks trainings for an end at a checkpoint, and
  // holders of models to end.
  void Drain();
  // After Drain: whether every training has ended and the server knows, or
  // cannot be told.
  bool drained() const;

  // Does what is due; returns when to call again, on Clock::Monotonic.
  absl::Duration Turn();

  void OnEvent(const ItemKey& key, internal::v1::WorkEvent event) override;
  void OnProgress(const ItemKey& key, const v1::Progress& progress) override;
  void OnPredicted(const ItemKey& key,
                   internal::v1::PredictBatchResult result) override;

 private:
  ServerConnection::Options ConnectionOptions();
  internal::v1::Hello MakeHello();
  void OnWelcome(const internal::v1::Welcome& welcome);
  void OnDesiredState(const internal::v1::DesiredState& desired);
  void OnAck(const internal::v1::Ack& ack);
  void OnPredictBatch(const internal::v1::PredictBatch& batch);
  void StartItem(const internal::v1::DesiredState::Assignment& assignment);
  void DropItem(const ItemKey& key);
  void StopItem(const ItemKey& key, ItemStop stop);
  // Ends an item of a slot that reports what cannot be passed on.
  void GiveUp(const ItemKey& key);
  SlotRunner* SlotOf(int32_t index);
  void SendEvents();
  void SendReport();
  void SendPredicted(internal::v1::PredictBatchResult result);
  // Says again which models are held: answers may have been lost with a stream.
  void AnnounceModels();
  // What the server knows once it is sent.
  internal::v1::Report MakeReport();
  // Why slots take nothing, by index.
  std::map<int32_t, std::string> OutOfService() const;

  const Options options_;
  Clock& clock_;
  WorkerMetrics& metrics_;
  ServerConnection connection_;
  HeldItems held_;

  bool draining_ = false;
  bool report_due_ = false;
  absl::Duration report_interval_;
  absl::Duration next_report_;
  std::map<int32_t, std::string> reported_out_of_service_;

  std::vector<std::unique_ptr<SlotRunner>> slots_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_SESSION_H_
