#ifndef TUNESMITH_TESTS_WORKER_AGENT_FAKES_H_
#define TUNESMITH_TESTS_WORKER_AGENT_FAKES_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/artifact/artifact_store.h"
#include "proto/contract/base/clock.h"
#include "worker/agent/process/trainer_process.h"
#include "worker/agent/session_transport.h"

namespace tunesmith::worker {

// Time that stands still until a test moves it.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + now_; }
  absl::Duration Monotonic() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Duration now_ = absl::Seconds(1000);
};

// Trainers that do what the test makes them do.
class FakeSpawner : public TrainerSpawner {
 public:
  struct Trainer {
    TrainerCommand command;
    TrainerSink sink;
    std::vector<internal::v1::AgentMessage> received;
    bool killed = false;
    std::optional<int64_t> held_memory;

    void SayReady() {
      internal::v1::TrainerMessage message;
      message.mutable_ready();
      sink.on_message(message);
    }
    void SayAlive() { sink.on_message(internal::v1::TrainerMessage()); }
    void SayProgress(v1::Progress::Phase phase, int64_t step, double fraction) {
      internal::v1::TrainerMessage message;
      message.mutable_progress()->set_phase(phase);
      message.mutable_progress()->set_step(step);
      message.mutable_progress()->set_fraction(fraction);
      message.mutable_progress()->set_examples_per_second(32);
      sink.on_message(message);
    }
    void SayLog(const std::string& text) {
      internal::v1::TrainerMessage message;
      message.mutable_event()->mutable_log()->set_message(text);
      sink.on_message(message);
    }
    void SayOutcome(int code) {
      internal::v1::Outcome outcome;
      outcome.mutable_error()->set_code(code);
      SayOutcome(outcome);
    }
    void SayOutcome(const internal::v1::Outcome& outcome) {
      internal::v1::TrainerMessage message;
      *message.mutable_event()->mutable_outcome() = outcome;
      sink.on_message(message);
    }
    void Exit(int signal, int code = 0,
              const std::string& words = "last words") {
      sink.on_exit({.signal = signal,
                    .exit_code = code,
                    .stderr_tail = words,
                    .channel_error = ""});
    }
  };

  absl::StatusOr<std::unique_ptr<TrainerProcess>> Spawn(
      const TrainerCommand& command, TrainerSink sink) override {
    if (!spawn_status.ok()) return spawn_status;
    trainers.push_back(std::make_unique<Trainer>());
    trainers.back()->command = command;
    trainers.back()->sink = std::move(sink);
    return std::make_unique<Process>(*trainers.back());
  }

  absl::Status spawn_status;
  // All that were ever started, oldest first.
  std::vector<std::unique_ptr<Trainer>> trainers;

 private:
  class Process : public TrainerProcess {
   public:
    explicit Process(Trainer& trainer) : trainer_(trainer) {}
    absl::Status Send(const internal::v1::AgentMessage& message) override {
      trainer_.received.push_back(message);
      return absl::OkStatus();
    }
    void Kill() override { trainer_.killed = true; }
    std::optional<int64_t> HeldMemoryBytes() override {
      return trainer_.held_memory;
    }

   private:
    Trainer& trainer_;
  };
};

// Has every artifact but those named "missing/...".
class FakeStore : public ArtifactStore {
 public:
  absl::StatusOr<std::string> Begin(std::string_view key) override {
    return "/store/" + std::string(key);
  }
  absl::StatusOr<std::string> OpenGroup(std::string_view group) override {
    return "/store/" + std::string(group);
  }
  absl::StatusOr<std::string> Commit(std::string_view) override { return ""; }
  absl::StatusOr<std::string> Stage(std::string_view key) override {
    if (key.substr(0, 8) == "missing/") {
      return absl::NotFoundError("no such artifact: " + std::string(key));
    }
    return "/store/" + std::string(key);
  }
  absl::Status Delete(std::string_view) override { return absl::OkStatus(); }
  absl::Status MoveOut(std::string_view, const std::string&) override {
    return absl::OkStatus();
  }
  absl::Status VisitGroups(
      absl::FunctionRef<absl::Status(const std::string&)>) override {
    return absl::OkStatus();
  }
  absl::StatusOr<ArtifactSize> Measure(std::string_view) override {
    return ArtifactSize();
  }
  absl::StatusOr<std::vector<std::string>> List() override {
    return std::vector<std::string>();
  }
  absl::StatusOr<std::vector<std::string>> ListGroup(
      std::string_view) override {
    return std::vector<std::string>();
  }
};

// Streams whose server is the test.
class FakeTransport : public SessionTransport {
 public:
  std::unique_ptr<SessionStream> Open(SessionSink sink) override {
    ++opened;
    this->sink = std::move(sink);
    sent.clear();
    return std::make_unique<Stream>(*this);
  }

  int opened = 0;
  bool open = false;
  // Of the newest stream.
  SessionSink sink;
  std::vector<internal::v1::WorkerMessage> sent;

 private:
  class Stream : public SessionStream {
   public:
    explicit Stream(FakeTransport& owner) : owner_(owner) { owner.open = true; }
    ~Stream() override { owner_.open = false; }
    void Write(internal::v1::WorkerMessage message) override {
      owner_.sent.push_back(std::move(message));
    }

   private:
    FakeTransport& owner_;
  };
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_AGENT_FAKES_H_
