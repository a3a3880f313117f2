#ifndef TUNESMITH_TESTS_SIMULATION_SIMULATED_SERVER_H_
#define TUNESMITH_TESTS_SIMULATION_SIMULATED_SERVER_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/api/context.h"
#include "server/events/watch_hub.h"
#include "server/lifecycle/context.h"
#include "server/lifecycle/place_faults.h"
#include "server/work/lease_table.h"
#include "server/work/scheduler.h"
#include "server/workers/attempt_starter.h"
#include "server/workers/context.h"
#include "server/workers/lease_clock.h"
#include "server/workers/worker_registry.h"
#include "tests/server/testing/fake_clock.h"
#include "tests/server/testing/fault_vfs.h"
#include "tests/simulation/fiber.h"
#include "tests/simulation/simulated_executor.h"
#include "tests/simulation/simulated_stream.h"
#include "tunesmith/internal/v1/worker_session.pb.h"
#include "tunesmith/v1/job_service.pb.h"

// One life of the server, from its start to its crash: the parts that decide
// (store, queue, scheduler, leases, sessions, watchers) as ControlPlane puts
// them together, with fibers for its threads. Whatever the simulation has to
// know of the server's insides is in this file and its source.

namespace tunesmith::simulation {

inline constexpr char kTenant[] = "default";

// A row of the queue, as the checker looks at it.
struct QueuedItem {
  std::string uid;
  std::string subject_uid;
  int64_t number = 0;
  int64_t priority = 0;
  int64_t turn = 0;
  server::SlotNeeds needs;
  bool waiting = false;
  bool leased = false;
  int64_t fence = 0;
  int64_t attempt = 0;
  std::string worker_id;
  int64_t worker_boot = 0;
  int64_t slot = 0;
};

// The order of the queue, among items of one tenant with the same needs that
// are runnable: whether `a` must not wait while `b` is leased.
bool GoesBefore(const QueuedItem& a, const QueuedItem& b);

// A job as it is stored.
struct StoredJob {
  v1::Job job;
  std::vector<v1::JobEvent> events;
};

class SimulatedServer : public server::LifecycleObserver {
 public:
  using Session = SimulatedSession<internal::v1::WorkerMessage,
                                   internal::v1::ServerMessage>;
  using Feed = SimulatedFeed<v1::WatchJobResponse>;

  static constexpr absl::Duration kLeaseTerm = absl::Seconds(15);
  static constexpr absl::Duration kReportInterval = absl::Seconds(3);
  static constexpr absl::Duration kRetryDelay = absl::Seconds(2);
  // An item that may run waits no longer than this for its time.
  static constexpr absl::Duration kMaxDelay = absl::Seconds(8);
  static constexpr int kMaxLiveJobs = 100;
  struct Options {
    FaultVfs* vfs = nullptr;
    FakeClock* clock = nullptr;
    // Writes in one commit, at most.
    int max_group_size = 256;
    // The only source of uids.
    std::function<std::string()> new_uid;
  };

  // A database with the model and the dataset that jobs read; files by path.
  static std::map<std::string, std::string> EmptyDatabase();

  // Opens the database and begins to start.
  static absl::StatusOr<std::unique_ptr<SimulatedServer>> Open(
      const Options& options);
  // Shut was called.
  ~SimulatedServer() override;

  // Whether the process would end by itself: a failed start, a failed sync.
  bool dead() const { return !fatal_.ok(); }
  const absl::Status& fatal() const { return fatal_; }
  bool serving() const { return serving_; }

  // --- Steps. ---
  // Loops that would go on: scheduler, lease clock, writer, start.
  std::vector<int> ReadyLoops() const;
  void RunLoop(int loop) { loops_[loop]->Resume(); }
  std::optional<absl::Duration> NextTimer() const;
  SimulatedExecutor& completions() { return completions_; }
  SimulatedExecutor& readers() { return readers_; }

  // --- Clients. ---
  void Create(const v1::CreateJobRequest& request,
              std::function<void(absl::StatusOr<v1::Job>)> done);
  void Cancel(const std::string& name,
              std::function<void(absl::StatusOr<v1::Job>)> done);
  void Pause(const std::string& name,
             std::function<void(absl::StatusOr<v1::Job>)> done);
  void Resume(const std::string& name,
              std::function<void(absl::StatusOr<v1::Job>)> done);
  void Delete(const std::string& name, std::function<void(absl::Status)> done);
  std::shared_ptr<Session> Connect();
  std::shared_ptr<Feed> Watch(const std::string& name, int64_t after_sequence);

  // --- For the checker; each is a read of the disk. ---
  absl::StatusOr<std::vector<QueuedItem>> Queue();
  absl::StatusOr<std::vector<StoredJob>> Jobs();
  std::vector<server::FreeSlot> FreeSlots() { return registry_.FreeSlots(); }
  int64_t commits() const { return commits_; }
  // Writes that were committed since the last call.
  int TakeCommittedWrites() { return std::exchange(committed_writes_, 0); }

  // Ends everything without another byte reaching the disk, which has no power.
  void Shut(std::vector<std::shared_ptr<Session>>& sessions,
            std::vector<std::shared_ptr<Feed>>& feeds);

  void OnWorkAvailable() override { scheduler_->Wake(); }
  void OnAssignmentsChanged(const std::string& worker_id) override;
  void OnArtifactReleased(const std::string&) override {}
  void OnArtifactGroupClosed(const std::string&) override {}
  void OnJobCreated() override {}
  void OnJobStarted(absl::Duration) override {}
  void OnJobEnded(v1::Job::State, v1::ErrorReason, absl::Duration) override {}
  void OnPlaceWorked(const std::string& worker_id) override {
    registry_.PlaceWorked(worker_id);
  }
  void OnPlaceFailed(const std::string& worker_id, v1::PlaceFault fault,
                     const std::string& message) override {
    registry_.PlaceFailed(worker_id, fault, message);
    lease_clock_->Wake();
  }

 private:
  explicit SimulatedServer(const Options& options);
  absl::Status OpenStore();
  void MakeParts();
  void AddLoop(std::function<void()> body);
  absl::Status Start();
  template <typename Command, typename Done>
  void Run(Command command, Done done);

  const Options options_;
  absl::Status fatal_;
  bool serving_ = false;
  int64_t commits_ = 0;
  int committed_writes_ = 0;
  SimulatedExecutor completions_;
  SimulatedExecutor readers_;
  std::unique_ptr<server::Store> store_;
  server::WatchHub hub_;
  server::LeaseTable leases_;
  server::PlaceFaults places_;
  server::WorkerRegistry registry_;
  server::WorkersContext workers_;
  server::ApiContext api_;
  std::atomic<int64_t> watchers_{0};
  std::unique_ptr<server::LeaseClock> lease_clock_;
  std::unique_ptr<server::AttemptStarter> starter_;
  std::unique_ptr<server::Scheduler> scheduler_;
  std::vector<std::unique_ptr<Fiber>> loops_;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_SIMULATED_SERVER_H_
