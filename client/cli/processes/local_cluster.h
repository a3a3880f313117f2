#ifndef TUNESMITH_CLIENT_CLI_PROCESSES_LOCAL_CLUSTER_H_
#define TUNESMITH_CLIENT_CLI_PROCESSES_LOCAL_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/processes/child_process.h"
#include "client/cli/processes/ready_file.h"
#include "client/cpp/cancellation.h"

namespace tunesmith::cli {

struct LocalClusterOptions {
  // Where tunesmith-server and tunesmith-worker are.
  std::string program_directory;
  // Made where it is missing.
  std::string data_directory;
  // 0 lets the system choose.
  int port = 7420;
  // Unset: 7421, or another one where that is taken; any where `port` is 0.
  std::optional<int> metrics_port;
  // As the server takes it; empty: the server's default.
  std::string checkpoint_retention;
  std::vector<std::string> data_roots;
  std::vector<std::string> model_roots;
  std::optional<int> threads;
  std::optional<int> slots_per_gpu;
  std::optional<int> cpu_slots;
  std::optional<int64_t> slot_memory_bytes;
  // Told what befalls the worker while the cluster runs, one line each.
  std::function<void(const std::string&)> on_remark;
  // Between the end of a worker and the start of the next one: grows from the
  // first to the second while they end soon.
  absl::Duration first_restart_delay = absl::Seconds(1);
  absl::Duration longest_restart_delay = absl::Minutes(1);
};

// A server and a worker on this machine as child processes. The destructor
// ends both. Not thread-safe; stays on the thread that made it.
class LocalCluster {
 public:
  // Starts the server, waits until it serves, then the worker likewise.
  // CANCELLED: `cancellation`. FAILED_PRECONDITION: a port is taken, with the
  // flag of `tunesmith up` that names it, or one of them ended before it was
  // ready, and how.
  static absl::StatusOr<std::unique_ptr<LocalCluster>> Start(
      const LocalClusterOptions& options, client::Cancellation& cancellation);
  ~LocalCluster();
  LocalCluster(const LocalCluster&) = delete;
  LocalCluster& operator=(const LocalCluster&) = delete;

  const Readiness& server() const { return server_ready_; }
  const Readiness& worker() const { return worker_ready_; }

  // Waits until `cancellation` (OK) or until the server ended by itself
  // (ABORTED, saying how). A worker that ends by itself is started again, as
  // often as it takes: the server has the jobs.
  absl::Status AwaitEnd();

  // Asks both to end, and kills what is left after a while.
  void Stop();

 private:
  LocalCluster(const LocalClusterOptions& options, std::string run_directory,
               client::Cancellation& cancellation);

  absl::Status StartServer();
  absl::Status StartWorker();
  void RestartWorker();
  // Until the server's end or `cancellation`, and at most `timeout`; also until
  // the worker's end, where it is to be watched.
  void AwaitChange(absl::Duration timeout, bool watch_worker);
  void Remark(const std::string& line) const;
  absl::StatusOr<Readiness> AwaitReady(ChildProcess& child,
                                       const std::string& program,
                                       const std::string& ready_file);

  const LocalClusterOptions options_;
  // Holds the ready files; removed at the end.
  const std::string run_directory_;
  client::Cancellation& cancellation_;
  std::unique_ptr<ChildProcess> server_;
  std::unique_ptr<ChildProcess> worker_;
  Readiness server_ready_;
  Readiness worker_ready_;
  absl::Time worker_start_;
  absl::Duration restart_delay_;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_PROCESSES_LOCAL_CLUSTER_H_
