// A trainer that does as the name of its dataset says, without any library
// that is slow to load.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "proto/contract/frame.h"
#include "tunesmith/internal/v1/trainer_channel.pb.h"

namespace {

using tunesmith::ReadFrame;
using tunesmith::WriteFrame;
using tunesmith::internal::v1::AgentMessage;
using tunesmith::internal::v1::TrainerMessage;

constexpr int kChannel = 3;

void SendLog(const std::string& text) {
  TrainerMessage message;
  message.mutable_event()->mutable_log()->set_message(text);
  if (!WriteFrame(kChannel, message).ok()) exit(4);
}

void SendOutcome(int code) {
  TrainerMessage message;
  message.mutable_event()->mutable_outcome()->mutable_error()->set_code(code);
  if (!WriteFrame(kChannel, message).ok()) exit(4);
}

// Until the agent closes the channel or asks to cancel; true when it asks.
bool AwaitCancel() {
  AgentMessage message;
  return ReadFrame(kChannel, message).ok() && message.has_cancel();
}

int Act(const std::string& what) {
  TrainerMessage progress;
  progress.mutable_progress()->set_step(7);
  (void)WriteFrame(kChannel, progress);
  SendLog("first");
  if (what == "kill") raise(SIGKILL);
  if (what == "abort") {
    fprintf(stderr, "something is very wrong\n");
    abort();
  }
  if (what == "exit") return 3;
  if (what == "garbage") {
    [[maybe_unused]] ssize_t n = write(kChannel, "\xff\xff\xff\xff junk", 9);
    while (true) pause();
  }
  if (what == "cancellable") {
    SendOutcome(AwaitCancel() ? 1 : 2);
    return 0;
  }
  if (what == "deaf") {
    while (true) pause();
  }
  if (what == "flood") {
    for (int i = 0; i < 5000; ++i) SendLog(std::string(100, 'x'));
  }
  SendOutcome(0);
  if (what == "linger") {
    while (true) pause();
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--list-devices") {
      printf("a library says hello\n");
      printf("{\"device\":\"cpu\",\"name\":\"Toy\",\"memory_bytes\":1024}\n");
      return 0;
    }
    if (flag == "--device=broken") {
      fprintf(stderr, "no such device\n");
      return 5;
    }
  }
  TrainerMessage ready;
  ready.mutable_ready()->set_device("cpu");
  if (!WriteFrame(kChannel, ready).ok()) return 4;
  AgentMessage message;
  if (!ReadFrame(kChannel, message).ok()) return 0;
  std::string name = message.assignment().item().inspect().dataset().name();
  return Act(name.substr(name.find('/') + 1));
}
