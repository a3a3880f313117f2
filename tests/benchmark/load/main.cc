#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/benchmark/load/calls.h"
#include "tests/benchmark/load/no_op_worker.h"
#include "tests/benchmark/load/watchers.h"
#include "tests/integration/scripted_worker.h"
#include "tunesmith/v1/dataset_service.grpc.pb.h"
#include "tunesmith/v1/model_service.grpc.pb.h"

// The load of tests/bench control-plane: one part of it for each run of the
// program, against a server that runs already. Prints one line of JSON.

namespace tunesmith::load {
namespace {

struct Options {
  std::string address;
  // For `inputs`: where files are that the server may read.
  std::string directory;
  std::string prefix = "load-";
  int64_t count = 1000;
  int in_flight = 1;
  int workers = 4;
  int slots = 16;
  int watchers = 1000;
  int jobs = 10;
  std::vector<std::string> names;
};

std::shared_ptr<v1::JobService::Stub> NewStub(const Options& options) {
  return v1::JobService::NewStub(NewChannel(options.address));
}

nlohmann::json Report(const CallFigures& figures) {
  const auto count = static_cast<double>(figures.latencies.size());
  return {{"rate", count / figures.seconds},
          {"p50", figures.latencies.Quantile(0.5)},
          {"p99", figures.latencies.Quantile(0.99)},
          {"failed", figures.failed},
          {"error", figures.error}};
}

nlohmann::json Calls(const Options& options, const CallFn& call) {
  CallFigures figures;
  MakeCalls(options.count, options.in_flight, call, figures);
  return Report(figures);
}

// A model and a dataset, found good by a worker that looks at neither.
nlohmann::json MakeInputs(const Options& options) {
  mkdir(absl::StrCat(options.directory, "/model").c_str(), 0755);
  for (const char* file : {"model/config.json", "model/model.safetensors"}) {
    std::ofstream(absl::StrCat(options.directory, "/", file)) << "{}";
  }
  std::ofstream(absl::StrCat(options.directory, "/train.csv"))
      << "text,label\nhello,a\nbye,b\n";
  testing::ScriptedWorker::Options worker_options;
  worker_options.address = options.address;
  worker_options.training_slots = 0;
  testing::ScriptedWorker worker(worker_options);
  grpc::Status status = worker.Connect();
  auto channel = NewChannel(options.address);
  if (status.ok()) {
    grpc::ClientContext context;
    v1::ImportModelRequest request;
    request.set_model_id("m");
    request.set_uri(absl::StrCat("file://", options.directory, "/model"));
    v1::Model model;
    status = v1::ModelService::NewStub(channel)->ImportModel(&context, request,
                                                             &model);
  }
  if (status.ok()) {
    grpc::ClientContext context;
    v1::CreateDatasetRequest request;
    request.set_dataset_id("d");
    request.set_uri(absl::StrCat("file://", options.directory, "/train.csv"));
    v1::Dataset dataset;
    status = v1::DatasetService::NewStub(channel)->CreateDataset(
        &context, request, &dataset);
  }
  if (!status.ok()) return {{"failed", 1}, {"error", status.error_message()}};
  worker.AwaitAnswered("models/m");
  worker.AwaitAnswered("datasets/d");
  return {{"failed", 0}};
}

// Every job from CreateJob to the stored end.
nlohmann::json LiveWholeLives(const Options& options) {
  std::atomic<int64_t> finished{0};
  std::vector<std::unique_ptr<NoOpWorker>> workers;
  for (int i = 0; i < options.workers; ++i) {
    workers.push_back(std::make_unique<NoOpWorker>(
        NewChannel(options.address),
        NoOpWorker::Options{
            .id = absl::StrCat("load-", i),
            .training_slots = options.slots,
            .on_finished = [&finished] { finished.fetch_add(1); }}));
  }
  CallFigures figures;
  double begin = Now();
  MakeCalls(options.count, options.in_flight,
            CreateCall(NewStub(options), options.prefix), figures);
  while (finished.load() < options.count - figures.failed) {
    for (const auto& worker : workers) {
      if (worker->error().empty()) continue;
      return {{"failed", 1}, {"error", worker->error()}};
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
  nlohmann::json report = Report(figures);
  report["rate"] = static_cast<double>(finished.load()) / (Now() - begin);
  return report;
}

// One job at a time, with a slot free for it: from the answer of CreateJob,
// which is the commit, to the assignment.
nlohmann::json MeasureHandOver(const Options& options) {
  Mutex mutex;
  CondVar changed;
  double assigned = 0;
  int64_t finished = 0;
  NoOpWorker worker(NewChannel(options.address), {.id = "hand-over",
                                                  .training_slots = 1,
                                                  .on_assigned =
                                                      [&](const std::string&) {
                                                        MutexLock lock(&mutex);
                                                        assigned = Now();
                                                        changed.SignalAll();
                                                      },
                                                  .on_finished =
                                                      [&] {
                                                        MutexLock lock(&mutex);
                                                        ++finished;
                                                        changed.SignalAll();
                                                      }});
  CallFigures waits;
  CallFn create = CreateCall(NewStub(options), options.prefix);
  for (int64_t i = 0; i < options.count; ++i) {
    CallFigures one;
    MakeCalls(
        1, 1,
        [&](int64_t, std::function<void(grpc::Status)> done) {
          create(i, std::move(done));
        },
        one);
    if (one.failed > 0) return Report(one);
    double committed = Now();
    MutexLock lock(&mutex);
    while (finished <= i) changed.Wait(&mutex);
    // The worker may hear before the client does.
    waits.latencies.Add(std::max(0.0, assigned - committed));
  }
  waits.seconds = 1;
  return Report(waits);
}

// `watchers` streams on `jobs` running jobs, then events.
nlohmann::json Watch(const Options& options, pid_t server) {
  auto resident = [server] {
    std::ifstream status(absl::StrCat("/proc/", server, "/statm"));
    int64_t total = 0, pages = 0;
    status >> total >> pages;
    return pages * sysconf(_SC_PAGESIZE);
  };
  NoOpWorker worker(
      NewChannel(options.address),
      {.id = "watched", .training_slots = options.jobs, .finishes = false});
  CallFigures created;
  MakeCalls(options.jobs, 8, CreateCall(NewStub(options), options.prefix),
            created);
  if (created.failed > 0) return Report(created);
  while (worker.running() < options.jobs) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  std::vector<std::shared_ptr<v1::JobService::Stub>> stubs;
  for (int i = 0; i * 90 < options.watchers; ++i) {
    stubs.push_back(NewStub(options));
  }
  Seen seen;
  int64_t before = resident();
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < options.watchers; ++i) {
    watchers.push_back(std::make_unique<Watcher>(
        stubs[i / 90].get(),
        absl::StrCat("jobs/", options.prefix, i % options.jobs), &seen));
  }
  while (seen.begun.load() < options.watchers) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  absl::SleepFor(absl::Milliseconds(200));
  int64_t after = resident();
  double begin = Now();
  int64_t rounds = std::max<int64_t>(1, options.count / options.watchers);
  for (int64_t round = 1; round <= rounds; ++round) {
    worker.SendMetrics(Now());
    // At most two rounds are under way.
    while (seen.events.load() < (round - 1) * options.watchers) {
      absl::SleepFor(absl::Microseconds(200));
    }
  }
  while (seen.events.load() < rounds * options.watchers) {
    absl::SleepFor(absl::Microseconds(200));
  }
  double seconds = Now() - begin;
  nlohmann::json report = {
      {"bytes_each", static_cast<double>(after - before) / options.watchers},
      {"rate", static_cast<double>(seen.events.load()) / seconds},
      {"p50", seen.delays.Quantile(0.5)},
      {"p99", seen.delays.Quantile(0.99)},
      {"gaps", seen.gaps.load()},
      {"failed", seen.gaps.load()},
      {"error", seen.gaps.load() > 0 ? "event sequences have gaps" : ""}};
  watchers.clear();
  worker.FinishAll();
  while (worker.running() > 0) absl::SleepFor(absl::Milliseconds(5));
  return report;
}

}  // namespace
}  // namespace tunesmith::load

int main(int argc, char** argv) {
  using namespace tunesmith::load;  // NOLINT
  Options options;
  int server = 0;
  CLI::App app("Loads a server with one kind of work.");
  app.add_option("--server", options.address)->required();
  app.add_option("--directory", options.directory);
  app.add_option("--prefix", options.prefix);
  app.add_option("--count", options.count);
  app.add_option("--in-flight", options.in_flight);
  app.add_option("--workers", options.workers);
  app.add_option("--slots", options.slots);
  app.add_option("--watchers", options.watchers);
  app.add_option("--jobs", options.jobs);
  app.add_option("--name", options.names);
  app.add_option("--server-pid", server);
  app.require_subcommand(1);
  for (const char* mode :
       {"inputs", "create", "get", "list", "life", "hand-over", "watch"}) {
    app.add_subcommand(mode);
  }
  CLI11_PARSE(app, argc, argv);
  const std::string mode = app.get_subcommands().front()->get_name();
  nlohmann::json report;
  if (mode == "inputs") {
    report = MakeInputs(options);
  } else if (mode == "create") {
    report = Calls(options, CreateCall(NewStub(options), options.prefix));
  } else if (mode == "get") {
    report = Calls(options, GetCall(NewStub(options), options.names));
  } else if (mode == "list") {
    report = Calls(options, ListCall(NewStub(options)));
  } else if (mode == "life") {
    report = LiveWholeLives(options);
  } else if (mode == "hand-over") {
    report = MeasureHandOver(options);
  } else {
    report = Watch(options, server);
  }
  std::printf("%s\n", report.dump().c_str());
  return report.value("failed", int64_t{0}) == 0 ? 0 : 1;
}
