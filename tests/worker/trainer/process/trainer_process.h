#ifndef TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAINER_PROCESS_H_
#define TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAINER_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "tunesmith/internal/v1/trainer_channel.pb.h"

namespace tunesmith::worker {

// The real trainer program at the other end of a socket pair.
class TrainerProcess {
 public:
  explicit TrainerProcess(const std::string& device = "cpu");
  // Kills it where it still runs.
  ~TrainerProcess();
  TrainerProcess(const TrainerProcess&) = delete;
  TrainerProcess& operator=(const TrainerProcess&) = delete;

  void Send(const internal::v1::AgentMessage& message);
  // False at the end of the channel.
  bool Receive(internal::v1::TrainerMessage& message);
  void CloseChannel();
  // The exit code, or the negated signal.
  int Wait();

 private:
  pid_t pid_ = -1;
  int channel_ = -1;
};

// All that a trainer said about one item.
struct ItemRun {
  bool ready = false;
  std::vector<tunesmith::v1::Progress> progress;
  // Without the outcome.
  std::vector<internal::v1::WorkEvent> events;
  internal::v1::Outcome outcome;
  int exit_code = -1;

  // Reason of the outcome's error; empty when it is OK.
  std::string Reason() const;
  std::vector<tunesmith::v1::Finding> FindingsWith(
      tunesmith::v1::Finding::Code code) const;
  std::vector<tunesmith::v1::DataSummary> Summaries() const;
};

// Runs a trainer on one assignment; `on_message` may answer to what it says.
// Fails the test when sequences have a gap or the outcome is not the last.
ItemRun RunItem(const internal::v1::TrainerAssignment& assignment,
                const std::function<void(const internal::v1::TrainerMessage&,
                                         TrainerProcess&)>& on_message = {});

// What `tunesmith-trainer {flags}` prints; `exit_code` is set.
std::string TrainerOutput(const std::string& flags, int& exit_code);

// Seals a directory and adds it to the staged artifacts of an assignment.
internal::v1::Artifact Stage(const std::string& directory,
                             const std::string& key,
                             internal::v1::TrainerAssignment& assignment);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAINER_PROCESS_H_
