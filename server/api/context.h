#ifndef TUNESMITH_SERVER_API_CONTEXT_H_
#define TUNESMITH_SERVER_API_CONTEXT_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "proto/artifact/artifact_store.h"
#include "server/api/allowed_roots.h"
#include "server/api/recent_runs.h"
#include "server/api/worker_directory.h"
#include "server/events/watch_hub.h"
#include "server/guard/request_rules.h"
#include "server/lifecycle/context.h"
#include "server/store/executor.h"
#include "server/store/store.h"
#include "server/upkeep/open_drafts.h"
#include "server/upkeep/storage_keeper.h"

namespace tunesmith::server {

// What the services work with. Not owned; outlives them.
struct ApiContext {
  Store* store = nullptr;
  // Runs whatever touches files.
  Executor* files = nullptr;
  WatchHub* hub = nullptr;
  ArtifactStore* artifacts = nullptr;
  OpenDrafts* drafts = nullptr;
  StorageKeeper* keeper = nullptr;
  const WorkerDirectory* workers = nullptr;
  RecentRuns* recent_runs = nullptr;
  // What each message of a client's stream must pass; single requests have
  // passed before a method is called.
  const RequestRules* rules = nullptr;
  LifecycleContext lifecycle;
  const AllowedRoots* data_roots = nullptr;
  const AllowedRoots* model_roots = nullptr;
  int64_t max_dataset_bytes = int64_t{4} << 30;
  int64_t max_model_bytes = int64_t{64} << 30;
  // How long a call of PreviewAugmentation, Predict or PredictStream waits for
  // a worker's answer.
  absl::Duration worker_patience = absl::Minutes(1);
  // How long an upload may send nothing.
  absl::Duration upload_patience = absl::Minutes(1);
  // Set once the server stops: writes are refused, copies end early.
  const std::atomic<bool>* draining = nullptr;
  // Streams of WatchJob that are open, for metrics.
  std::atomic<int64_t>* watchers = nullptr;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_CONTEXT_H_
