#ifndef TUNESMITH_TESTS_SIMULATION_SIMULATED_WORKER_H_
#define TUNESMITH_TESTS_SIMULATION_SIMULATED_WORKER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "tests/simulation/history.h"
#include "tests/simulation/simulated_server.h"

namespace tunesmith::simulation {

// A worker program as the protocol wants it, with trainers that are a few
// events long. What a metric is follows from job and step, as in a training
// that repeats bit for bit.
class SimulatedWorker {
 public:
  struct Options {
    std::string id;
    int slots = 2;
    History* history = nullptr;
    std::mt19937_64* random = nullptr;
    // Now and then repeats what was sent.
    bool repeats = false;
    // Now and then a training fails.
    bool fails = false;
  };

  explicit SimulatedWorker(Options options) : options_(std::move(options)) {}

  const std::string& id() const { return options_.id; }
  bool connected() const { return session_ != nullptr; }
  const std::shared_ptr<SimulatedServer::Session>& session() const {
    return session_;
  }
  // Whether a trainer could go on.
  bool has_work() const;

  // Opens a stream and says Hello.
  void Connect(std::shared_ptr<SimulatedServer::Session> session);
  // Takes one answer of the server, or the stream's end.
  void Hear();
  // A trainer makes its next event, and what can be sent is sent.
  void Work();
  void Report();
  // Its stream is of no use any more.
  void Disconnect() { session_ = nullptr; }
  // The program ends; the next start is another boot.
  void Die();

 private:
  struct Attempt {
    internal::v1::WorkItem item;
    int slot = 0;
    bool cancel = false;
    bool suspend = false;
    int64_t step = 0;
    int64_t saved_step = 0;
    int64_t made = 0;
    int64_t sent = 0;
    bool ended = false;
    // Events that are not acknowledged.
    std::deque<internal::v1::WorkEvent> kept;
  };
  using Key = std::pair<std::string, int64_t>;

  uint64_t Pick(uint64_t n) { return (*options_.random)() % n; }
  void Take(const internal::v1::DesiredState& desired);
  void Take(const internal::v1::Ack& ack);
  void MakeEvent(Attempt& attempt);
  void MakeOutcome(Attempt& attempt, internal::v1::WorkEvent& event);
  void Send(Attempt& attempt);
  internal::v1::Report ReportNow() const;

  const Options options_;
  int64_t boot_ = 1;
  bool greeted_ = false;
  std::shared_ptr<SimulatedServer::Session> session_;
  std::map<Key, Attempt> attempts_;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_SIMULATED_WORKER_H_
