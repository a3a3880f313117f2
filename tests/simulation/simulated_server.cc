#include "tests/simulation/simulated_server.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "server/api/watch_reactor.h"
#include "server/lifecycle/job_commands.h"
#include "server/lifecycle/job_list.h"
#include "server/lifecycle/mutation.h"
#include "server/lifecycle/prediction_commands.h"
#include "server/workers/refresh_assignments.h"
#include "server/workers/restore_leases.h"
#include "server/workers/session_reactor.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::simulation {

using server::Connection;
using server::Transaction;

namespace {

constexpr char kDatabase[] = "/tunesmith.db";

}  // namespace

bool GoesBefore(const QueuedItem& a, const QueuedItem& b) {
  return std::tie(a.turn, a.number) < std::tie(b.turn, b.number);
}

std::map<std::string, std::string> SimulatedServer::EmptyDatabase() {
  server::TestControlPlane plane;
  plane.AddInputs();
  plane.store.store.reset();
  return plane.store.vfs.Contents();
}

absl::StatusOr<std::unique_ptr<SimulatedServer>> SimulatedServer::Open(
    const Options& options) {
  std::unique_ptr<SimulatedServer> made(new SimulatedServer(options));
  TUNESMITH_RETURN_IF_ERROR(made->OpenStore());
  made->MakeParts();
  return made;
}

SimulatedServer::SimulatedServer(const Options& options)
    : options_(options),
      registry_([this] { scheduler_->Wake(); }, *options.clock, &places_) {}

absl::Status SimulatedServer::OpenStore() {
  server::Store::Options store;
  store.path = kDatabase;
  store.vfs = options_.vfs->name();
  store.clock = options_.clock;
  store.readers = &readers_;
  store.completions = &completions_;
  // Small, so that some histories move the log into the database.
  store.checkpoint_pages = 60;
  store.max_group_size = options_.max_group_size;
  store.on_fatal = [this](const absl::Status& status) { fatal_ = status; };
  TUNESMITH_ASSIGN_OR_RETURN(store_, server::Store::Open(std::move(store)));
  return absl::OkStatus();
}

void SimulatedServer::MakeParts() {
  workers_.store = store_.get();
  workers_.clock = options_.clock;
  workers_.registry = &registry_;
  workers_.lifecycle.hub = &hub_;
  workers_.lifecycle.leases = &leases_;
  workers_.lifecycle.observer = this;
  workers_.lifecycle.places = &places_;
  workers_.lifecycle.max_live_jobs = kMaxLiveJobs;
  workers_.lifecycle.retry_delay = kRetryDelay;
  workers_.lifecycle.new_uid = options_.new_uid;
  workers_.lease_term = kLeaseTerm;
  workers_.report_interval = kReportInterval;
  lease_clock_ = std::make_unique<server::LeaseClock>(
      store_.get(), options_.clock, workers_.lifecycle,
      server::LeaseClock::Options{
          .registry = &registry_,
          .lease_term = kLeaseTerm,
          .suspended_time = [] { return absl::ZeroDuration(); }});
  workers_.lease_clock = lease_clock_.get();
  starter_ = std::make_unique<server::AttemptStarter>(&workers_);
  scheduler_ = std::make_unique<server::Scheduler>(
      store_.get(), &registry_, starter_.get(), options_.clock,
      workers_.lifecycle.order);
  api_.store = store_.get();
  api_.hub = &hub_;
  api_.lifecycle = workers_.lifecycle;
  api_.watchers = &watchers_;

  AddLoop([this] {
    while (store_->WaitForWrites()) {
      committed_writes_ += store_->CommitPending();
      ++commits_;
    }
  });
  AddLoop([this] {
    absl::Status started = Start();
    if (!started.ok()) fatal_ = started;
    serving_ = started.ok();
  });
}

absl::Status SimulatedServer::Start() {
  TUNESMITH_RETURN_IF_ERROR(store_->WriteAndWait(server::RemoveAbandonedCalls));
  TUNESMITH_RETURN_IF_ERROR(server::RestoreLeases(workers_));
  AddLoop([this] {
    while (scheduler_->WaitForWork()) scheduler_->RunOnce();
  });
  AddLoop([this] {
    while (lease_clock_->WaitUntilDue()) lease_clock_->RunOnce();
  });
  scheduler_->Wake();
  return absl::OkStatus();
}

void SimulatedServer::AddLoop(std::function<void()> body) {
  loops_.push_back(std::make_unique<Fiber>(options_.clock, std::move(body)));
}

std::vector<int> SimulatedServer::ReadyLoops() const {
  std::vector<int> ready;
  for (size_t i = 0; i < loops_.size(); ++i) {
    if (loops_[i]->ready()) ready.push_back(static_cast<int>(i));
  }
  return ready;
}

std::optional<absl::Duration> SimulatedServer::NextTimer() const {
  std::optional<absl::Duration> next;
  for (const auto& loop : loops_) {
    std::optional<absl::Duration> deadline = loop->deadline();
    if (!deadline.has_value()) continue;
    next = next.has_value() ? std::min(*next, *deadline) : *deadline;
  }
  return next;
}

template <typename Command, typename Done>
void SimulatedServer::Run(Command command, Done done) {
  using Result = decltype(command(std::declval<Transaction&>()));
  auto result = std::make_shared<Result>(absl::UnknownError("not run"));
  store_->Write(
      [command = std::move(command), result](Transaction& tx) {
        *result = command(tx);
        return result->status();
      },
      [result, done = std::move(done)](absl::Status status) {
        done(status.ok() ? std::move(*result) : Result(status));
      });
}

void SimulatedServer::Create(
    const v1::CreateJobRequest& request,
    std::function<void(absl::StatusOr<v1::Job>)> done) {
  Run(
      [this, request](Transaction& tx) -> absl::StatusOr<v1::Job> {
        auto created = server::AnswerOnce<v1::CreateJobResponse>(
            tx, server::MutationOf({.tenant = kTenant}, request), [&] {
              return server::CreateJob(tx, workers_.lifecycle, kTenant,
                                       request);
            });
        if (!created.ok()) return created.status();
        return created->job();
      },
      std::move(done));
}

void SimulatedServer::Cancel(
    const std::string& name,
    std::function<void(absl::StatusOr<v1::Job>)> done) {
  v1::CancelJobRequest request;
  request.set_name(name);
  Run(
      [this, request](Transaction& tx) {
        return server::CancelJob(tx, workers_.lifecycle, kTenant, request);
      },
      std::move(done));
}

void SimulatedServer::Pause(const std::string& name,
                            std::function<void(absl::StatusOr<v1::Job>)> done) {
  v1::PauseJobRequest request;
  request.set_name(name);
  Run(
      [this, request](Transaction& tx) {
        return server::PauseJob(tx, workers_.lifecycle, kTenant, request);
      },
      std::move(done));
}

void SimulatedServer::Resume(
    const std::string& name,
    std::function<void(absl::StatusOr<v1::Job>)> done) {
  v1::ResumeJobRequest request;
  request.set_name(name);
  Run(
      [this, request](Transaction& tx) {
        return server::ResumeJob(tx, workers_.lifecycle, kTenant, request);
      },
      std::move(done));
}

void SimulatedServer::Delete(const std::string& name,
                             std::function<void(absl::Status)> done) {
  v1::DeleteJobRequest request;
  request.set_name(name);
  store_->Write(
      [this, request](Transaction& tx) {
        return server::DeleteJob(tx, workers_.lifecycle, kTenant, request);
      },
      std::move(done));
}

std::shared_ptr<SimulatedServer::Session> SimulatedServer::Connect() {
  return std::make_shared<Session>(server::SessionReactor::Start(workers_));
}

std::shared_ptr<SimulatedServer::Feed> SimulatedServer::Watch(
    const std::string& name, int64_t after_sequence) {
  v1::WatchJobRequest request;
  request.set_name(name);
  request.set_after_sequence(after_sequence);
  return std::make_shared<Feed>(
      server::WatchReactor::Start(api_, kTenant, request));
}

void SimulatedServer::OnAssignmentsChanged(const std::string& worker_id) {
  server::RefreshAssignments(workers_, worker_id);
}

absl::StatusOr<std::vector<QueuedItem>> SimulatedServer::Queue() {
  std::vector<QueuedItem> items;
  absl::Status status;
  store_->ReadNow([&](Connection& db) {
    server::Statement rows = db.Prepare(
        "SELECT w.uid, w.subject_uid, w.number, w.priority, l.purpose,"
        " l.device_kind, l.device_memory_bytes, w.state, w.fence, w.attempt,"
        " w.worker, w.worker_boot, w.slot, w.turn"
        " FROM work_items w JOIN work_lists l ON l.number = w.list");
    for (;;) {
      absl::StatusOr<bool> found = rows.Step();
      status = found.status();
      if (!found.ok() || !*found) return;
      QueuedItem& item = items.emplace_back();
      item.uid = rows.Text(0);
      item.subject_uid = rows.Text(1);
      item.number = rows.Int(2);
      item.priority = rows.Int(3);
      item.needs.purpose = static_cast<v1::Slot::Purpose>(rows.Int(4));
      item.needs.device_kind =
          static_cast<v1::Resources::DeviceKind>(rows.Int(5));
      item.needs.device_memory_bytes = rows.Int(6);
      item.waiting = rows.Int(7) == 1;
      item.leased = rows.Int(7) == 2;
      item.fence = rows.Int(8);
      item.attempt = rows.Int(9);
      item.turn = rows.Int(13);
      if (!item.leased) continue;
      item.worker_id = rows.Text(10);
      item.worker_boot = rows.Int(11);
      item.slot = rows.Int(12);
    }
  });
  TUNESMITH_RETURN_IF_ERROR(status);
  return items;
}

absl::StatusOr<std::vector<StoredJob>> SimulatedServer::Jobs() {
  std::vector<StoredJob> jobs;
  absl::Status status;
  store_->ReadNow([&](Connection& db) {
    server::JobListQuery query;
    query.tenant = kTenant;
    auto page = server::ListJobs(db, query, 1000);
    status = page.status();
    if (!page.ok()) return;
    for (server::ListedJob& listed : page->jobs) {
      server::JobRow& row = listed.row;
      auto events = server::EventLog::Read(db, row.key(), 0, 100'000);
      status = events.status();
      if (!events.ok()) return;
      jobs.push_back({std::move(row.job), *std::move(events)});
    }
  });
  TUNESMITH_RETURN_IF_ERROR(status);
  return jobs;
}

void SimulatedServer::Shut(std::vector<std::shared_ptr<Session>>& sessions,
                           std::vector<std::shared_ptr<Feed>>& feeds) {
  for (auto& session : sessions) session->state().Freeze();
  for (auto& feed : feeds) feed->state().Freeze();
  absl::Status status = absl::UnavailableError("the server died");
  hub_.Shutdown();
  registry_.Shutdown(status);
  for (auto& session : sessions) {
    session->Break(0, session->state().answers());
  }
  for (auto& feed : feeds) feed->state().Break(feed->state().answers());
  scheduler_->Stop();
  lease_clock_->Stop();
  store_->Stop();
  for (bool moved = true; moved;) {
    moved = false;
    for (int loop : ReadyLoops()) {
      RunLoop(loop);
      moved = true;
    }
    moved = moved || completions_.size() + readers_.size() > 0;
    completions_.RunAll();
    readers_.RunAll();
    for (auto& session : sessions) {
      for (; session->has_step(); moved = true) session->Step();
    }
    for (auto& feed : feeds) {
      for (; feed->has_step(); moved = true) feed->Step();
    }
  }
  loops_.clear();
}

SimulatedServer::~SimulatedServer() {
  scheduler_.reset();
  lease_clock_.reset();
  store_.reset();
}

}  // namespace tunesmith::simulation
