#include "client/cli/base/signal_waiter.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "client/cli/base/exit_code.h"

namespace tunesmith::cli {
namespace {

int BlockAndOpen() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  int fd = signalfd(-1, &signals, SFD_CLOEXEC);
  // Without a descriptor the signals keep their usual effect.
  if (fd >= 0) pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return fd;
}

}  // namespace

SignalWaiter::SignalWaiter(client::Cancellation& cancellation)
    : cancellation_(cancellation),
      signal_fd_(BlockAndOpen()),
      stop_fd_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Run(); }) {}

SignalWaiter::~SignalWaiter() {
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(stop_fd_, &one, sizeof(one));
  thread_.join();
  close(stop_fd_);
  close(signal_fd_);
}

void SignalWaiter::Run() {
  bool interrupted = false;
  while (true) {
    std::array<pollfd, 2> events = {{
        {.fd = signal_fd_, .events = POLLIN, .revents = 0},
        {.fd = stop_fd_, .events = POLLIN, .revents = 0},
    }};
    if (poll(events.data(), events.size(), /*timeout=*/-1) < 0) continue;
    if (events[1].revents != 0) return;
    signalfd_siginfo info;
    if (read(signal_fd_, &info, sizeof(info)) != sizeof(info)) continue;
    const bool is_interrupt = info.ssi_signo == SIGINT;
    if (interrupted && is_interrupt) {
      _exit(static_cast<int>(ExitCode::kInterrupted));
    }
    interrupted = interrupted || is_interrupt;
    cancellation_.Cancel();
  }
}

}  // namespace tunesmith::cli
