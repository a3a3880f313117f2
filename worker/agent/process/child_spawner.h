#ifndef TUNESMITH_WORKER_AGENT_PROCESS_CHILD_SPAWNER_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_CHILD_SPAWNER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/agent/process/task_queue.h"
#include "worker/agent/process/trainer_process.h"

namespace tunesmith::worker {

// Starts trainers as child processes, all from one thread that lives as long
// as the spawner: the system kills a child when the thread that started it
// ends. Outlives its trainers.
class ChildSpawner : public TrainerSpawner {
 public:
  struct Options {
    // The trainer program.
    std::string path;
    // How long a trainer may take to end once it has closed its channel.
    absl::Duration end_grace = absl::Seconds(10);
  };

  explicit ChildSpawner(Options options);
  ~ChildSpawner() override;

  absl::StatusOr<std::unique_ptr<TrainerProcess>> Spawn(
      const TrainerCommand& command, TrainerSink sink) override;

 private:
  const Options options_;
  TaskQueue queue_;
  std::thread thread_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_CHILD_SPAWNER_H_
