// A trainer that does as the name of its dataset says, without any library
// that is slow to load. As a probe it does as the uuid of its GPU says.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
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

void SendDeviceFailure() {
  TrainerMessage message;
  auto& outcome = *message.mutable_event()->mutable_outcome();
  *outcome.mutable_error() = tunesmith::ToRpcStatus(tunesmith::MakeError(
      absl::StatusCode::kInternal, tunesmith::v1::ERROR_REASON_DEVICE_FAILED,
      "CUDA error: uncorrectable ECC error"));
  outcome.set_retryable(true);
  if (!WriteFrame(kChannel, message).ok()) exit(4);
}

std::string Setting(const char* name) {
  const char* value = getenv(name);
  return absl::StrCat(name, value == nullptr ? " is not set" : "=",
                      value == nullptr ? "" : value);
}

int Probe(const std::string& device) {
  const std::string visible = Setting("CUDA_VISIBLE_DEVICES");
  if (absl::EndsWith(visible, "-broken")) {
    fprintf(stderr, "[error]\tno kernel image is\navailable\n");
    return 5;
  }
  if (absl::EndsWith(visible, "-killed")) raise(SIGKILL);
  if (absl::EndsWith(visible, "-silent")) return 0;
  if (absl::EndsWith(visible, "-hangs")) {
    while (true) pause();
  }
  printf(
      "a library says hello\n{}\n{\"device\":\"%s\",\"name\":\"Toy\","
      "\"uuid\":\"GPU-a\",\"memory_bytes\":1024,"
      "\"compute_capability\":\"9.0\"}\n",
      device.c_str());
  return 0;
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
  if (what == "environment") {
    for (const char* name : {"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
                             "PYTORCH_ALLOC_CONF", "TUNESMITH_TEST_SETTING"}) {
      SendLog(Setting(name));
    }
  }
  if (what == "device_fails") {
    SendDeviceFailure();
    return 1;
  }
  if (what == "garbage") {
    [[maybe_unused]] ssize_t n = write(kChannel, "\xff\xff\xff\xff junk", 9);
    while (true) pause();
  }
  if (what == "cancellable") {
    SendOutcome(AwaitCancel() ? 1 : 2);
    return 0;
  }
  if (what == "hang") {
    // It gave signs of life, and then none.
    (void)WriteFrame(kChannel, TrainerMessage());
    raise(SIGSTOP);
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
  std::string device;
  bool probe = false;
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--probe") probe = true;
    if (absl::StartsWith(flag, "--device=")) device = flag.substr(9);
  }
  if (probe) return Probe(device);
  if (device == "broken") {
    fprintf(stderr, "no such device\n");
    return 5;
  }
  TrainerMessage ready;
  ready.mutable_ready()->set_device(device);
  if (!WriteFrame(kChannel, ready).ok()) return 4;
  AgentMessage message;
  if (!ReadFrame(kChannel, message).ok()) return 0;
  std::string name = message.assignment().item().inspect().dataset().name();
  return Act(name.substr(name.find('/') + 1));
}
