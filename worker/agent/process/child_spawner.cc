#include "worker/agent/process/child_spawner.h"

#include <unistd.h>

#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/agent/process/child.h"
#include "worker/agent/process/child_trainer.h"

namespace tunesmith::worker {

ChildSpawner::ChildSpawner(Options options)
    : options_(std::move(options)), thread_([this] {
        while (queue_.RunFor(absl::InfiniteDuration())) {
        }
      }) {}

ChildSpawner::~ChildSpawner() {
  queue_.Close();
  thread_.join();
}

absl::StatusOr<std::unique_ptr<TrainerProcess>> ChildSpawner::Spawn(
    const TrainerCommand& command, TrainerSink sink) {
  std::vector<std::string> arguments = {
      options_.path,
      command.probe ? "--probe" : absl::StrCat("--channel-fd=", kChannelFd),
      absl::StrCat("--device=", command.device),
      absl::StrCat("--threads=", command.threads),
      absl::StrCat("--parent-pid=", getpid()),
  };
  auto started = std::make_shared<std::promise<absl::StatusOr<Child>>>();
  std::future<absl::StatusOr<Child>> result = started->get_future();
  queue_.Post([started, arguments = std::move(arguments),
               environment = command.environment] {
    started->set_value(StartChild(arguments, environment));
  });
  TUNESMITH_ASSIGN_OR_RETURN(Child child, result.get());
  return std::make_unique<ChildTrainer>(std::move(child), std::move(sink),
                                        options_.end_grace);
}

}  // namespace tunesmith::worker
