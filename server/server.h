#ifndef TUNESMITH_SERVER_SERVER_H_
#define TUNESMITH_SERVER_SERVER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tunesmith::server {

// Settings of tunesmith-server.
struct ServerOptions {
  // Loopback host:port of gRPC and of `/metrics`; port 0 takes a free one.
  std::string listen = "127.0.0.1:7420";
  std::string metrics_listen = "127.0.0.1:0";
  std::string data_dir;
  // Directories whose files clients may name as datasets and models.
  std::vector<std::string> data_roots;
  std::vector<std::string> model_roots;
  int64_t max_dataset_bytes = int64_t{4} << 30;
  int64_t max_model_bytes = int64_t{64} << 30;
  // New jobs are refused beyond so many that have not ended.
  int64_t max_live_jobs = 1'000'000;
  // The same for each tenant, and of its jobs so many run at a time; 0: no
  // limit of its own.
  int64_t max_live_jobs_per_tenant = 0;
  int64_t max_running_per_tenant = 0;
  // What a point of priority is worth in time of waiting.
  absl::Duration priority_point = absl::Hours(1);
  // Jobs are refused that no connected worker could run.
  bool refuse_unfit_jobs = false;
  // A lease runs out this long after the last report that held it.
  absl::Duration lease_term = absl::Seconds(30);
  // How often workers report.
  absl::Duration report_interval = absl::Milliseconds(500);
  // A worker whose stream ended keeps its leases this long.
  absl::Duration disconnect_grace = absl::Seconds(10);
  // Pause before the n-th attempt: n - 1 times this.
  absl::Duration retry_delay = absl::Seconds(2);
  // How long the checkpoints of a job stay after its end where its spec does
  // not say; for good when unset.
  std::optional<absl::Duration> checkpoint_retention = absl::Hours(7 * 24);
  // How long records of jobs stay after their end, and of who did what; for
  // good when unset.
  std::optional<absl::Duration> job_retention;
  std::optional<absl::Duration> audit_retention;
  // Each tenant keeps so many ended jobs, those that ended last; 0: all.
  int64_t max_ended_jobs = 0;
  // How long files that nothing refers to stay in quarantine.
  absl::Duration quarantine_retention = absl::Hours(7 * 24);
  // How long a call of PreviewAugmentation waits for a worker.
  absl::Duration worker_patience = absl::Minutes(1);
  // How long an upload may send nothing.
  absl::Duration upload_idle_timeout = absl::Minutes(1);
};

// The whole server: owns every part and starts every thread. Threads: gRPC's
// callback pool, door, store writer, readers, file pool, completions,
// scheduler, lease clock, sweeper, metrics HTTP.
class Server {
 public:
  // Serves once it returns. FAILED_PRECONDITION: the data directory is locked
  // or of another version; UNAVAILABLE: a port is taken; INVALID_ARGUMENT: an
  // address beyond loopback, or a root that is no directory.
  static absl::StatusOr<std::unique_ptr<Server>> Create(
      const ServerOptions& options);
  // Shuts down.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // host:port of gRPC.
  const std::string& address() const;
  int metrics_port() const;

  // Refuses new calls and writes, ends streams with UNAVAILABLE, waits for
  // calls under way for a moment, and commits what is queued. The second call
  // does nothing. Returns within two seconds unless the disk hangs.
  void Shutdown();

 private:
  struct Parts;

  explicit Server(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_SERVER_H_
