#ifndef TUNESMITH_TESTS_SIMULATION_WORLD_H_
#define TUNESMITH_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/server/testing/fake_clock.h"
#include "tests/server/testing/fault_vfs.h"
#include "tests/simulation/history.h"
#include "tests/simulation/simulated_server.h"
#include "tests/simulation/simulated_worker.h"

namespace tunesmith::simulation {

struct WorldOptions {
  uint64_t seed = 1;
  // Prints every step.
  bool trace = false;
  // Where a history begins: SimulatedServer::EmptyDatabase.
  const std::map<std::string, std::string>* database = nullptr;
};

struct WorldResult {
  // Empty when the history contradicts nothing.
  std::string failure;
  int64_t steps = 0;
  int64_t crashes = 0;
  int64_t jobs = 0;
  int64_t commits = 0;
};

// A server, workers, clients, their network, a disk and the clocks. The seed
// decides what goes on next, and what breaks; the same seed is the same
// history.
class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  WorldResult Run();

 private:
  // What may happen next; of some kinds there are several.
  enum class Kind {
    kLoop,
    kCompletion,
    kReader,
    kSession,
    kFeed,
    kWorkerHears,
    kWorkerWorks,
    kWorkerReports,
    kWorkerConnects,
    kWatcherHears,
    kWatcherBegins,
    kClient,
    kFault,
    kServerStarts,
    kTimePasses,
  };
  struct Action {
    Kind kind;
    size_t index = 0;
    int weight = 1;
  };
  // What breaks in this history; others break other things.
  struct Faults {
    bool crashes = false;
    bool power = false;
    bool disk_errors = false;
    bool full_disk = false;
    bool connections = false;
    bool stalls = false;
    bool deaths = false;
    bool pauses = false;
    bool trainers = false;
    // How often the server's threads get their turn, beside the others'.
    int loop_weight = 6;
    int completion_weight = 6;
    int reader_weight = 4;
    int group_size = 256;
    bool lost_answers = false;
    bool wall_clock = false;
  };
  struct Worker {
    std::unique_ptr<SimulatedWorker> program;
    absl::Duration next_report;
    // Connects, and goes on after a stall, from then on.
    absl::Duration ready_at;
  };
  struct Submission {
    v1::CreateJobRequest request;
    bool acknowledged = false;
    bool in_flight = false;
  };
  struct Watcher {
    std::string name;
    int64_t cursor = 0;
    std::shared_ptr<SimulatedServer::Feed> feed;
    bool ended = false;
  };

  // After a fault the server may wait so long before it tries again.
  static constexpr absl::Duration kRecovery = absl::Seconds(12);

  uint64_t Pick(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Pick(n) == 0; }
  absl::Duration now() const { return clock_.Monotonic(); }
  void Trace(const std::string& what);
  void ChooseFaults();

  // False when nothing can happen any more.
  bool Step();
  std::vector<Action> Actions();
  void AddServerActions(std::vector<Action>& actions);
  void AddWorkerActions(std::vector<Action>& actions);
  void AddClientActions(std::vector<Action>& actions);
  void Take(const Action& action);

  void StartServer();
  void Crash(bool power_loss);
  void Audit();
  void PassTime(bool idle);
  void AddWorker();
  void EndWorker(size_t index);
  void LetWorkerConnect(Worker& worker);
  void LetClientAct();
  void Submit(Submission& submission);
  void ActOnJob();
  void ResumePaused();
  void LetWatcherBegin(size_t index);
  void LetWatcherHear(Watcher& watcher);
  void Break();
  void BreakDisk();
  void BreakConnection();
  void DropFinished();
  // All faults are over; everybody does what is left to do.
  void Quiesce();
  bool AllEnded();

  const WorldOptions options_;
  std::mt19937_64 random_;
  FakeClock clock_;
  FaultVfs vfs_;
  History history_;
  Faults faults_;
  bool calm_ = false;
  bool disk_works_ = true;
  // No sooner is the server expected to have recovered.
  absl::Duration recovered_at_;
  absl::Duration restart_at_;
  bool disturbed_ = true;
  int64_t uids_ = 0;
  int64_t worker_ids_ = 0;
  int64_t audited_commits_ = 0;
  WorldResult result_;
  std::unique_ptr<SimulatedServer> server_;
  // Of this life of the server, also those that nobody uses any more.
  std::vector<std::shared_ptr<SimulatedServer::Session>> sessions_;
  std::vector<std::shared_ptr<SimulatedServer::Feed>> feeds_;
  std::vector<Worker> workers_;
  std::vector<Submission> submissions_;
  std::vector<Watcher> watchers_;
};

// One history.
WorldResult Simulate(const WorldOptions& options);

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_WORLD_H_
