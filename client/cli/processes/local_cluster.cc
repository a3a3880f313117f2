#include "client/cli/processes/local_cluster.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_error.h"

namespace tunesmith::cli {
namespace {

namespace fs = std::filesystem;

// A first start makes a database; a worker tries its GPUs, each for up to two
// minutes.
constexpr absl::Duration kReadyTimeout = absl::Minutes(3);
// How often to look for a ready file: nothing announces it.
constexpr absl::Duration kReadyInterval = absl::Milliseconds(20);
// The server lets calls finish, the worker its trainers.
constexpr absl::Duration kStopTimeout = absl::Seconds(30);

// A worker that ran so long had no fault that it is born with.
constexpr absl::Duration kLongRun = absl::Minutes(5);

constexpr int kMetricsPort = 7421;

constexpr char kServerProgram[] = "tunesmith-server";
constexpr char kWorkerProgram[] = "tunesmith-worker";

std::string Loopback(int port) { return absl::StrCat("127.0.0.1:", port); }

absl::Status CheckPort(const char* flag, int port) {
  if (port == 0) return absl::OkStatus();
  absl::Status status = CheckCanListen(flag, Loopback(port));
  // UNAVAILABLE would say that no server answers.
  return status.ok() ? status : absl::FailedPreconditionError(status.message());
}

// Nobody has to know the port of the metrics beforehand, so that a second
// server need not be told of another one.
int MetricsPort(const LocalClusterOptions& options) {
  if (options.metrics_port.has_value()) return *options.metrics_port;
  if (options.port == 0) return 0;
  return CheckPort("", kMetricsPort).ok() ? kMetricsPort : 0;
}

absl::StatusOr<std::string> MakeRunDirectory() {
  std::error_code error;
  fs::path parent = fs::temp_directory_path(error);
  std::string path = (parent / "tunesmith-up-XXXXXX").string();
  if (error || mkdtemp(path.data()) == nullptr) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("cannot make a temporary directory: ", path));
  }
  return path;
}

// Roots as absolute paths: the server has a directory of its own.
void AddRoots(const char* flag, const std::vector<std::string>& roots,
              std::vector<std::string>& arguments) {
  for (const std::string& root : roots) {
    arguments.push_back(absl::StrCat(flag, fs::absolute(root).string()));
  }
}

}  // namespace

LocalCluster::LocalCluster(const LocalClusterOptions& options,
                           std::string run_directory,
                           client::Cancellation& cancellation)
    : options_(options),
      run_directory_(std::move(run_directory)),
      cancellation_(cancellation),
      restart_delay_(options.first_restart_delay) {}

LocalCluster::~LocalCluster() {
  Stop();
  std::error_code ignored;
  fs::remove_all(run_directory_, ignored);
}

absl::StatusOr<std::unique_ptr<LocalCluster>> LocalCluster::Start(
    const LocalClusterOptions& options, client::Cancellation& cancellation) {
  TUNESMITH_RETURN_IF_ERROR(CheckPort("--port", options.port));
  TUNESMITH_RETURN_IF_ERROR(
      CheckPort("--metrics-port", options.metrics_port.value_or(0)));
  std::error_code error;
  fs::create_directories(options.data_directory, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make the data directory ", options.data_directory,
                     ": ", error.message()));
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::string run_directory, MakeRunDirectory());
  std::unique_ptr<LocalCluster> cluster(
      new LocalCluster(options, std::move(run_directory), cancellation));
  TUNESMITH_RETURN_IF_ERROR(cluster->StartServer());
  TUNESMITH_RETURN_IF_ERROR(cluster->StartWorker());
  return cluster;
}

absl::Status LocalCluster::StartServer() {
  const std::string ready_file = run_directory_ + "/server.json";
  std::vector<std::string> arguments = {
      (fs::path(options_.program_directory) / kServerProgram).string(),
      absl::StrCat("--listen=", Loopback(options_.port)),
      absl::StrCat("--data-dir=", options_.data_directory),
      absl::StrCat("--metrics-listen=", Loopback(MetricsPort(options_))),
      absl::StrCat("--ready-file=", ready_file)};
  if (!options_.checkpoint_retention.empty()) {
    arguments.push_back(
        absl::StrCat("--checkpoint-retention=", options_.checkpoint_retention));
  }
  AddRoots("--data-root=", options_.data_roots, arguments);
  AddRoots("--model-root=", options_.model_roots, arguments);
  TUNESMITH_ASSIGN_OR_RETURN(server_, ChildProcess::Start(arguments));
  TUNESMITH_ASSIGN_OR_RETURN(server_ready_,
                             AwaitReady(*server_, kServerProgram, ready_file));
  return absl::OkStatus();
}

absl::Status LocalCluster::StartWorker() {
  const std::string ready_file = run_directory_ + "/worker.json";
  // An earlier one's.
  std::error_code ignored;
  fs::remove(ready_file, ignored);
  worker_start_ = absl::Now();
  std::vector<std::string> arguments = {
      (fs::path(options_.program_directory) / kWorkerProgram).string(),
      absl::StrCat("--server=", server_ready_.address),
      "--worker-id=local",
      absl::StrCat("--artifact-root=", options_.data_directory, "/artifacts"),
      absl::StrCat("--metrics-address=", Loopback(0)),
      absl::StrCat("--ready-file=", ready_file)};
  if (options_.threads.has_value()) {
    arguments.push_back(absl::StrCat("--threads=", *options_.threads));
  }
  if (options_.slots_per_gpu.has_value()) {
    arguments.push_back(
        absl::StrCat("--slots-per-gpu=", *options_.slots_per_gpu));
  }
  if (options_.cpu_slots.has_value()) {
    arguments.push_back(absl::StrCat("--cpu-slots=", *options_.cpu_slots));
  }
  if (options_.slot_memory_bytes.has_value()) {
    arguments.push_back(
        absl::StrCat("--slot-memory=", *options_.slot_memory_bytes));
  }
  TUNESMITH_ASSIGN_OR_RETURN(worker_, ChildProcess::Start(arguments));
  TUNESMITH_ASSIGN_OR_RETURN(worker_ready_,
                             AwaitReady(*worker_, kWorkerProgram, ready_file));
  return absl::OkStatus();
}

absl::StatusOr<Readiness> LocalCluster::AwaitReady(
    ChildProcess& child, const std::string& program,
    const std::string& ready_file) {
  const absl::Time end = absl::Now() + kReadyTimeout;
  while (absl::Now() < end) {
    std::optional<Readiness> readiness = ReadReadyFile(ready_file);
    if (readiness.has_value()) return *readiness;
    if (child.HasEnded()) {
      return absl::FailedPreconditionError(
          absl::StrCat(program, " ended before it was ready: ", child.EndText(),
                       "; what it wrote above says why"));
    }
    if (!cancellation_.WaitFor(kReadyInterval)) {
      return absl::CancelledError("interrupted");
    }
  }
  return absl::DeadlineExceededError(absl::StrCat(
      program, " was not ready after ", absl::FormatDuration(kReadyTimeout)));
}

absl::Status LocalCluster::AwaitEnd() {
  while (!cancellation_.cancelled()) {
    if (server_->HasEnded()) {
      return absl::AbortedError(absl::StrCat(
          kServerProgram, " ended by itself: ", server_->EndText()));
    }
    if (worker_->HasEnded()) {
      RestartWorker();
    } else {
      AwaitChange(absl::InfiniteDuration(), /*watch_worker=*/true);
    }
  }
  return absl::OkStatus();
}

void LocalCluster::RestartWorker() {
  if (absl::Now() - worker_start_ >= kLongRun) {
    restart_delay_ = options_.first_restart_delay;
  }
  Remark(absl::StrCat(kWorkerProgram, " ended by itself: ", worker_->EndText(),
                      "; it is started again in ",
                      absl::FormatDuration(restart_delay_)));
  AwaitChange(restart_delay_, /*watch_worker=*/false);
  restart_delay_ = std::min(2 * restart_delay_, options_.longest_restart_delay);
  if (cancellation_.cancelled() || server_->HasEnded()) return;
  absl::Status status = StartWorker();
  if (absl::IsCancelled(status)) return;
  Remark(status.ok() ? absl::StrCat(kWorkerProgram, " is up again")
                     : std::string(status.message()));
}

void LocalCluster::AwaitChange(absl::Duration timeout, bool watch_worker) {
  std::array<pollfd, 3> events = {{
      {.fd = server_->end_fd(), .events = POLLIN, .revents = 0},
      {.fd = cancellation_.wake_fd(), .events = POLLIN, .revents = 0},
      // Poll passes over negative ones.
      {.fd = watch_worker ? worker_->end_fd() : -1,
       .events = POLLIN,
       .revents = 0},
  }};
  timespec wait = absl::ToTimespec(timeout);
  ppoll(events.data(), events.size(),
        timeout == absl::InfiniteDuration() ? nullptr : &wait, nullptr);
}

void LocalCluster::Remark(const std::string& line) const {
  if (options_.on_remark) options_.on_remark(line);
}

void LocalCluster::Stop() {
  // The worker first, so that it can still tell the server.
  for (ChildProcess* child : {worker_.get(), server_.get()}) {
    if (child == nullptr) continue;
    child->Signal(SIGTERM);
    child->AwaitEnd(kStopTimeout);
  }
}

}  // namespace tunesmith::cli
