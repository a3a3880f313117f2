#include "tests/simulation/world.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tunesmith::simulation {
namespace {

constexpr int kSteps = 500;
// The lease clock looks at the time every second.
constexpr int kMaxQuietSteps = 60'000;

}  // namespace

World::World(const WorldOptions& options)
    : options_(options), random_(options.seed), vfs_(options.seed) {
  vfs_.Load(*options.database);
  // Past what the database was made at.
  clock_.Advance(absl::Hours(1));
  ChooseFaults();
  for (uint64_t i = 0, n = 1 + Pick(3); i < n; ++i) AddWorker();
  StartServer();
}

void World::AddWorker() {
  SimulatedWorker::Options worker;
  worker.id = absl::StrCat("w", ++worker_ids_);
  worker.slots = static_cast<int>(1 + Pick(2));
  worker.history = &history_;
  worker.random = &random_;
  worker.repeats = OneIn(2);
  worker.fails = faults_.trainers;
  workers_.push_back({std::make_unique<SimulatedWorker>(worker), {}, {}});
}

World::~World() {
  if (server_ != nullptr) Crash(false);
}

void World::Trace(const std::string& what) {
  if (!options_.trace) return;
  std::printf("%6ld %10.3f  %s\n", static_cast<long>(result_.steps),
              absl::ToDoubleSeconds(now() - absl::Hours(1)), what.c_str());
}

WorldResult World::Run() {
  for (int i = 0; i < kSteps && history_.failure().empty(); ++i) {
    if (!Step()) break;
  }
  if (history_.failure().empty()) Quiesce();
  result_.failure = history_.failure();
  if (!result_.failure.empty()) Trace("FAILURE " + result_.failure);
  result_.jobs = static_cast<int64_t>(history_.created().size());
  return result_;
}

bool World::Step() {
  ++result_.steps;
  if (server_ != nullptr && server_->dead()) {
    Trace(
        absl::StrCat("the server ends itself: ", server_->fatal().ToString()));
    Crash(/*power_loss=*/true);
  }
  if (server_ != nullptr && vfs_.power_is_off()) Crash(/*power_loss=*/true);
  std::vector<Action> actions = Actions();
  if (actions.empty()) return false;
  uint64_t weights = 0;
  for (const Action& action : actions) weights += action.weight;
  uint64_t at = Pick(weights);
  for (const Action& action : actions) {
    if (at < static_cast<uint64_t>(action.weight)) {
      Take(action);
      break;
    }
    at -= action.weight;
  }
  DropFinished();
  return true;
}

std::vector<World::Action> World::Actions() {
  std::vector<Action> actions;
  AddServerActions(actions);
  bool idle = actions.empty();
  AddWorkerActions(actions);
  AddClientActions(actions);
  if (!calm_) actions.push_back({Kind::kFault});
  // In a calm history time passes when nothing else does.
  if (!calm_ || actions.empty()) {
    actions.push_back({Kind::kTimePasses, idle ? size_t{1} : size_t{0}, 2});
  }
  return actions;
}

void World::AddServerActions(std::vector<Action>& actions) {
  if (server_ == nullptr) {
    if (now() >= restart_at_) actions.push_back({Kind::kServerStarts});
    return;
  }
  for (int loop : server_->ReadyLoops()) {
    actions.push_back(
        {Kind::kLoop, static_cast<size_t>(loop), faults_.loop_weight});
  }
  if (server_->completions().size() > 0) {
    actions.push_back({Kind::kCompletion, 0, faults_.completion_weight});
  }
  for (size_t i = 0; i < server_->readers().size(); ++i) {
    actions.push_back({Kind::kReader, i, faults_.reader_weight});
  }
  for (size_t i = 0; i < sessions_.size(); ++i) {
    if (sessions_[i]->has_step()) actions.push_back({Kind::kSession, i, 4});
  }
  for (size_t i = 0; i < feeds_.size(); ++i) {
    if (feeds_[i]->has_step()) actions.push_back({Kind::kFeed, i, 4});
  }
}

void World::AddWorkerActions(std::vector<Action>& actions) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = workers_[i];
    if (now() < worker.ready_at) continue;
    SimulatedWorker& program = *worker.program;
    if (!program.connected()) {
      if (server_ != nullptr && server_->serving()) {
        actions.push_back({Kind::kWorkerConnects, i, 3});
      }
      continue;
    }
    if (program.session()->state().has_answer()) {
      actions.push_back({Kind::kWorkerHears, i, 4});
    }
    if (program.has_work()) actions.push_back({Kind::kWorkerWorks, i, 2});
    if (now() >= worker.next_report) {
      actions.push_back({Kind::kWorkerReports, i, 8});
    }
  }
}

void World::AddClientActions(std::vector<Action>& actions) {
  for (size_t i = 0; i < watchers_.size(); ++i) {
    Watcher& watcher = watchers_[i];
    if (watcher.ended) continue;
    if (watcher.feed == nullptr) {
      if (server_ != nullptr && server_->serving()) {
        actions.push_back({Kind::kWatcherBegins, i, 2});
      }
    } else if (watcher.feed->state().has_answer()) {
      actions.push_back({Kind::kWatcherHears, i, 4});
    }
  }
  if (server_ == nullptr || !server_->serving()) return;
  bool waits = false;
  for (const Submission& submission : submissions_) {
    waits = waits || (!submission.acknowledged && !submission.in_flight);
  }
  if (!calm_ || waits) actions.push_back({Kind::kClient, 0, 2});
}

void World::Take(const Action& action) {
  switch (action.kind) {
    case Kind::kLoop:
      Trace(absl::StrCat("server loop ", action.index));
      server_->RunLoop(static_cast<int>(action.index));
      return Audit();
    case Kind::kCompletion:
      Trace("completion");
      return server_->completions().RunTask(0);
    case Kind::kReader:
      Trace(absl::StrCat("read ", action.index));
      return server_->readers().RunTask(action.index);
    case Kind::kSession:
      Trace(absl::StrCat("session ", action.index));
      return sessions_[action.index]->Step();
    case Kind::kFeed:
      Trace(absl::StrCat("feed ", action.index));
      return feeds_[action.index]->Step();
    case Kind::kWorkerHears:
      Trace(absl::StrCat("worker ", action.index, " hears"));
      workers_[action.index].program->Hear();
      if (!workers_[action.index].program->connected()) {
        workers_[action.index].ready_at =
            now() + absl::Milliseconds(100 + Pick(1000));
      }
      return;
    case Kind::kWorkerWorks:
      Trace(absl::StrCat("worker ", action.index, " works"));
      return workers_[action.index].program->Work();
    case Kind::kWorkerReports:
      Trace(absl::StrCat("worker ", action.index, " reports"));
      workers_[action.index].program->Report();
      workers_[action.index].next_report =
          now() + SimulatedServer::kReportInterval;
      return;
    case Kind::kWorkerConnects:
      Trace(absl::StrCat("worker ", action.index, " connects"));
      return LetWorkerConnect(workers_[action.index]);
    case Kind::kWatcherHears:
      Trace(absl::StrCat("watcher ", action.index, " hears"));
      return LetWatcherHear(watchers_[action.index]);
    case Kind::kWatcherBegins:
      Trace(absl::StrCat("watcher ", action.index, " begins"));
      return LetWatcherBegin(action.index);
    case Kind::kClient:
      return LetClientAct();
    case Kind::kFault:
      return Break();
    case Kind::kServerStarts:
      return StartServer();
    case Kind::kTimePasses:
      return PassTime(action.index == 1);
  }
}

void World::StartServer() {
  Trace("server starts");
  SimulatedServer::Options options;
  options.vfs = &vfs_;
  options.clock = &clock_;
  options.max_group_size = faults_.group_size;
  options.new_uid = [this] { return absl::StrFormat("%032x", ++uids_); };
  auto opened = SimulatedServer::Open(options);
  recovered_at_ = now() + kRecovery;
  audited_commits_ = 0;
  if (opened.ok()) {
    server_ = *std::move(opened);
    return;
  }
  Trace("it does not: " + opened.status().ToString());
  if (absl::IsDataLoss(opened.status())) {
    history_.Fail("the database is damaged: " + opened.status().ToString());
  }
  vfs_.CutPower();
  vfs_.Restart();
  restart_at_ = now() + absl::Seconds(1);
}

void World::Audit() {
  if (vfs_.power_is_off() || server_->dead()) return;
  if (server_->commits() == audited_commits_) return;
  audited_commits_ = server_->commits();
  if (auto items = server_->Queue(); items.ok()) {
    history_.OnQueue(*items, server_->TakeCommittedWrites(), now());
  }
}

void World::PassTime(bool idle) {
  if (idle && server_ != nullptr && server_->serving() && disk_works_ &&
      now() >= recovered_at_) {
    history_.OnIdle(server_->FreeSlots(), now());
  }
  absl::Duration next = now() + absl::Seconds(30);
  auto consider = [&](absl::Duration time) {
    if (time > now()) next = std::min(next, time);
  };
  if (server_ == nullptr) {
    consider(restart_at_);
  } else if (std::optional<absl::Duration> timer = server_->NextTimer()) {
    consider(*timer);
  }
  for (const Worker& worker : workers_) {
    consider(worker.ready_at);
    if (worker.program->connected()) consider(worker.next_report);
  }
  absl::Duration by = next - now();
  // A busy machine does not keep to timers, and most steps are short.
  if (!calm_) {
    if (OneIn(2)) by = std::min(by, absl::Milliseconds(Pick(200)));
    if (OneIn(8)) by += absl::Milliseconds(Pick(3000));
  }
  Trace(absl::StrCat("time passes: ", absl::FormatDuration(by)));
  clock_.Advance(by);
}

void World::LetWorkerConnect(Worker& worker) {
  std::shared_ptr<SimulatedServer::Session> session = server_->Connect();
  sessions_.push_back(session);
  worker.program->Connect(std::move(session));
  worker.next_report = now() + SimulatedServer::kReportInterval;
}

void World::DropFinished() {
  std::erase_if(sessions_, [](const auto& session) {
    return session->state().done() && session.use_count() == 1;
  });
  std::erase_if(feeds_, [](const auto& feed) {
    return feed->state().done() && feed.use_count() == 1;
  });
  // Nobody is at the other end: what was sent arrives, then the end.
  for (auto& session : sessions_) {
    if (session.use_count() == 1 && session->requests() == 0 &&
        !session->state().broken() && OneIn(20)) {
      session->Break(0, 0);
    }
  }
  for (auto& feed : feeds_) {
    if (feed.use_count() == 1) feed->state().Break(0);
  }
}

bool World::AllEnded() {
  for (const Submission& submission : submissions_) {
    if (!submission.acknowledged) return false;
  }
  for (const Watcher& watcher : watchers_) {
    if (!watcher.ended) return false;
  }
  auto items = server_->Queue();
  return items.ok() && items->empty();
}

void World::Quiesce() {
  Trace("all faults are over");
  calm_ = true;
  for (auto operation :
       {FaultVfs::Operation::kWrite, FaultVfs::Operation::kSync,
        FaultVfs::Operation::kTruncate}) {
    vfs_.FailOperation(operation, 0, 0);
  }
  vfs_.CutPowerAt(0);
  vfs_.LimitDisk(std::nullopt);
  disk_works_ = true;
  recovered_at_ = now() + kRecovery;
  for (Worker& worker : workers_) worker.ready_at = now();
  for (int i = 0;; ++i) {
    if (!history_.failure().empty()) return;
    if (i > kMaxQuietSteps) {
      return history_.Fail("the jobs do not end although nothing is broken");
    }
    bool may_be_over = server_ != nullptr && server_->serving();
    if (may_be_over && i % 32 == 0) {
      ResumePaused();
      if (AllEnded()) break;
    }
    Step();
  }
  Crash(/*power_loss=*/true);
  StartServer();
  if (server_ == nullptr) return history_.Fail("no start after a calm end");
  auto jobs = server_->Jobs();
  auto items = server_->Queue();
  if (!jobs.ok() || !items.ok()) return history_.Fail("the end is unreadable");
  history_.OnEnd(*jobs, *items, !disturbed_);
}

WorldResult Simulate(const WorldOptions& options) {
  return World(options).Run();
}

}  // namespace tunesmith::simulation
