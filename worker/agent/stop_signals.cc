#include "worker/agent/stop_signals.h"

#include <signal.h>

namespace tunesmith::worker {
namespace {

sigset_t TheSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopSignals::StopSignals() {
  sigset_t signals = TheSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A peer that is gone is an error of the write, never a signal.
  signal(SIGPIPE, SIG_IGN);
  // A terminal that closes ends nothing.
  signal(SIGHUP, SIG_IGN);
}

void StopSignals::Wait() {
  sigset_t signals = TheSignals();
  int received = 0;
  sigwait(&signals, &received);
  // Both have their default action still.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace tunesmith::worker
