#ifndef TUNESMITH_CLIENT_CLI_BASE_SIGNAL_WAITER_H_
#define TUNESMITH_CLIENT_CLI_BASE_SIGNAL_WAITER_H_

#include <thread>

#include "client/cpp/cancellation.h"

namespace tunesmith::cli {

// Turns SIGINT, SIGTERM and SIGHUP into a cancellation; a second SIGINT ends
// the process at once (a script that Ctrl-C reached as well may still send
// SIGTERM). Make it before any other thread starts, so that all of
// them leave these signals to its own. At most one in a process.
class SignalWaiter {
 public:
  explicit SignalWaiter(client::Cancellation& cancellation);
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

 private:
  void Run();

  client::Cancellation& cancellation_;
  const int signal_fd_;
  const int stop_fd_;
  std::thread thread_;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_BASE_SIGNAL_WAITER_H_
