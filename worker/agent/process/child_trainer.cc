#include "worker/agent/process/child_trainer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <utility>

#include "proto/contract/base/clock.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/frame.h"
#include "worker/agent/process/process_memory.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kTailBytes = 8 << 10;
// While a child's end is awaited.
constexpr int kReapIntervalMilliseconds = 5;
// While its channel is open: a child can die and leave the channel to a
// process that it started.
constexpr int kIdleIntervalMilliseconds = 1000;

bool IsClosed(int socket) {
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

ChildTrainer::ChildTrainer(Child child, TrainerSink sink,
                           absl::Duration end_grace)
    : child_(std::move(child)),
      sink_(std::move(sink)),
      end_grace_(end_grace),
      reader_([this] { Read(); }) {}

ChildTrainer::~ChildTrainer() {
  Kill();
  reader_.join();
}

absl::Status ChildTrainer::Send(const internal::v1::AgentMessage& message) {
  return WriteFrame(child_.channel.get(), message);
}

void ChildTrainer::Kill() {
  MutexLock lock(&mutex_);
  if (reaped_) return;
  kill(-child_.pid, SIGKILL);
  kill(child_.pid, SIGKILL);
}

std::optional<int64_t> ChildTrainer::HeldMemoryBytes() {
  MutexLock lock(&mutex_);
  if (reaped_) return std::nullopt;
  return ReadHeldMemory(child_.pid);
}

void ChildTrainer::Read() {
  bool open = true;
  while (open) {
    std::array<pollfd, 2> ready = {
        {{child_.channel.get(), POLLIN, 0}, {child_.output.get(), POLLIN, 0}}};
    int count = poll(ready.data(), ready.size(), kIdleIntervalMilliseconds);
    if (count == 0 && Reap()) break;
    if (ready[1].revents != 0) ReadOutput();
    if (ready[0].revents != 0) open = ReadMessage();
  }
  AwaitEnd();
  ReadOutput();
  exit_.stderr_tail = ToUtf8(output_tail_);
  sink_.on_exit(std::move(exit_));
}

bool ChildTrainer::ReadMessage() {
  internal::v1::TrainerMessage message;
  absl::Status status = ReadFrame(child_.channel.get(), message);
  if (status.ok()) {
    sink_.on_message(std::move(message));
    return true;
  }
  if (!absl::IsOutOfRange(status)) {
    exit_.channel_error = std::string(status.message());
    // One that still holds its end speaks another language.
    if (!IsClosed(child_.channel.get())) Kill();
  }
  return false;
}

void ChildTrainer::ReadOutput() {
  std::array<char, 4096> buffer;
  while (true) {
    ssize_t n = read(child_.output.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) child_.output.Close();
    if (n <= 0) return;
    output_tail_.append(buffer.data(), n);
    if (output_tail_.size() > kTailBytes) {
      output_tail_.erase(0, output_tail_.size() - kTailBytes);
    }
  }
}

void ChildTrainer::AwaitEnd() {
  absl::Duration deadline = SystemClock().Monotonic() + end_grace_;
  while (!Reap()) {
    if (SystemClock().Monotonic() >= deadline) Kill();
    pollfd ready = {child_.output.get(), POLLIN, 0};
    poll(&ready, 1, kReapIntervalMilliseconds);
    if (ready.revents != 0) ReadOutput();
  }
}

bool ChildTrainer::Reap() {
  MutexLock lock(&mutex_);
  if (reaped_) return true;
  int status = 0;
  if (waitpid(child_.pid, &status, WNOHANG) == 0) return false;
  reaped_ = true;
  // What it started and left behind must not keep the device.
  kill(-child_.pid, SIGKILL);
  if (WIFSIGNALED(status)) exit_.signal = WTERMSIG(status);
  if (WIFEXITED(status)) exit_.exit_code = WEXITSTATUS(status);
  return true;
}

}  // namespace tunesmith::worker
