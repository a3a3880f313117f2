#include "tests/worker/trainer/process/trainer_process.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/error.h"
#include "proto/contract/frame.h"

namespace tunesmith::worker {

using internal::v1::AgentMessage;
using internal::v1::TrainerAssignment;
using internal::v1::TrainerMessage;

namespace {

// Where the trainer finds its end.
constexpr int kChannelFd = 3;

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TrainerProcess::TrainerProcess(const std::string& device) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  std::vector<std::string> words = {
      TUNESMITH_TRAINER, absl::StrCat("--channel-fd=", kChannelFd),
      absl::StrCat("--device=", device), "--threads=1",
      absl::StrCat("--parent-pid=", getpid())};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    // dup2 onto itself would keep the flag that closes it.
    int end = ends[1] == kChannelFd ? dup(ends[1]) : ends[1];
    dup2(end, kChannelFd);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  channel_ = ends[0];
}

TrainerProcess::~TrainerProcess() {
  CloseChannel();
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void TrainerProcess::Send(const AgentMessage& message) {
  EXPECT_TRUE(WriteFrame(channel_, message).ok());
}

bool TrainerProcess::Receive(TrainerMessage& message) {
  do {
    if (!ReadFrame(channel_, message).ok()) return false;
    // A sign of life.
  } while (message.kind_case() == TrainerMessage::KIND_NOT_SET);
  return true;
}

void TrainerProcess::CloseChannel() {
  if (channel_ >= 0) close(channel_);
  channel_ = -1;
}

int TrainerProcess::Wait() {
  int status = 0;
  EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  pid_ = -1;
  return ExitCode(status);
}

std::string ItemRun::Reason() const {
  return ReasonOf(FromRpcStatus(outcome.error()));
}

std::vector<tunesmith::v1::Finding> ItemRun::FindingsWith(
    tunesmith::v1::Finding::Code code) const {
  std::vector<tunesmith::v1::Finding> findings;
  for (const internal::v1::WorkEvent& event : events) {
    if (event.has_finding() && event.finding().code() == code) {
      findings.push_back(event.finding());
    }
  }
  return findings;
}

std::vector<tunesmith::v1::DataSummary> ItemRun::Summaries() const {
  std::vector<tunesmith::v1::DataSummary> summaries;
  for (const internal::v1::WorkEvent& event : events) {
    if (event.has_data_summary()) summaries.push_back(event.data_summary());
  }
  return summaries;
}

ItemRun RunItem(const TrainerAssignment& assignment,
                const std::function<void(const TrainerMessage&,
                                         TrainerProcess&)>& on_message) {
  ItemRun run;
  TrainerProcess trainer;
  AgentMessage message;
  *message.mutable_assignment() = assignment;
  message.mutable_assignment()->mutable_slot()->set_device("cpu");
  trainer.Send(message);
  TrainerMessage reply;
  int64_t sequence = 0;
  bool ended = false;
  while (trainer.Receive(reply)) {
    if (on_message) on_message(reply, trainer);
    if (reply.has_ready()) run.ready = true;
    if (reply.has_progress()) run.progress.push_back(reply.progress());
    if (!reply.has_event()) continue;
    EXPECT_FALSE(ended) << "an event after the outcome";
    EXPECT_EQ(reply.event().sequence(), ++sequence);
    EXPECT_GT(reply.event().time().seconds(), 0);
    if (reply.event().has_outcome()) {
      run.outcome = reply.event().outcome();
      ended = true;
    } else {
      run.events.push_back(reply.event());
    }
  }
  EXPECT_TRUE(ended) << "no outcome";
  run.exit_code = trainer.Wait();
  return run;
}

std::string TrainerOutput(const std::string& flags, int& exit_code) {
  std::string text;
  FILE* pipe = popen(
      absl::StrCat(TUNESMITH_TRAINER, " ", flags, " 2>/dev/null").c_str(), "r");
  char buffer[256];
  while (fgets(buffer, sizeof(buffer), pipe) != nullptr) text += buffer;
  exit_code = ExitCode(pclose(pipe));
  return text;
}

internal::v1::Artifact Stage(const std::string& directory,
                             const std::string& key,
                             TrainerAssignment& assignment) {
  internal::v1::Artifact artifact;
  auto sealed = SealDirectory(directory);
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  artifact.set_store("local");
  artifact.set_key(key);
  if (sealed.ok()) {
    artifact.set_manifest_sha256(sealed->manifest_sha256);
    artifact.set_size_bytes(sealed->manifest.TotalBytes());
  }
  auto* local = assignment.add_artifacts();
  local->set_key(key);
  local->set_directory(directory);
  return artifact;
}

}  // namespace tunesmith::worker
