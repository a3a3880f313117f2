#ifndef TUNESMITH_WORKER_AGENT_STOP_SIGNALS_H_
#define TUNESMITH_WORKER_AGENT_STOP_SIGNALS_H_

namespace tunesmith::worker {

// SIGTERM and SIGINT as a request to stop. Made before any thread is started,
// which all inherit that the signals are held back.
class StopSignals {
 public:
  StopSignals();

  // Waits for the first; from then on, a second ends the program at once.
  void Wait();
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_STOP_SIGNALS_H_
