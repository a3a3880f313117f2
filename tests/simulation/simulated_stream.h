#ifndef TUNESMITH_TESTS_SIMULATION_SIMULATED_STREAM_H_
#define TUNESMITH_TESTS_SIMULATION_SIMULATED_STREAM_H_

#include <deque>
#include <optional>
#include <utility>

#include "grpcpp/support/server_callback.h"
#include "proto/contract/rpc/grpc_status.h"

// gRPC streams without gRPC: what the server's reactors are bound to, and what
// lies between them and the other side. Nothing moves by itself: the simulation
// says which end goes on. A connection that breaks keeps the order of what was
// sent and loses an end of it, as TCP does.

namespace tunesmith::simulation {

// What every kind of stream has, from the server's side: the completions that
// the reactor waits for.
template <typename Reactor, typename Answer>
class StreamState {
 public:
  // Whether the reactor is to hear of something.
  bool has_completion() const {
    return !done_ &&
           (write_done_ || (broken_ && !cancel_told_) || finish_.has_value());
  }
  void Complete(Reactor& reactor) {
    if (write_done_) {
      write_done_ = false;
      reactor.OnWriteDone(!broken_);
    } else if (broken_ && !cancel_told_) {
      cancel_told_ = true;
      reactor.OnCancel();
    } else if (finish_.has_value() && !done_) {
      done_ = true;
      reactor.OnDone();
    }
  }

  void Write(const Answer& answer) {
    write_done_ = true;
    if (!broken_ && !frozen_) answers_.push_back(answer);
  }
  void Finish(const grpc::Status& status) {
    finish_ = status;
    if (!broken_ && !frozen_) end_ = FromGrpcStatus(status);
  }

  // The connection is gone: what was not delivered is lost from here on.
  void Break(size_t keep) {
    if (broken_) return;
    broken_ = true;
    bool lost = answers_.size() > keep;
    if (lost) answers_.resize(keep);
    if (lost || !end_.has_value()) {
      end_ = absl::UnavailableError("the connection broke");
    }
  }
  // The server is dead: what it does from here on nobody hears.
  void Freeze() { frozen_ = true; }

  bool broken() const { return broken_; }
  bool done() const { return done_; }
  bool finished() const { return finish_.has_value(); }
  // Whether the other side has something to hear.
  bool has_answer() const { return !answers_.empty() || end_.has_value(); }
  // Empty at the end: see `end`.
  std::optional<Answer> TakeAnswer() {
    if (answers_.empty()) return std::nullopt;
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  const std::optional<absl::Status>& end() const { return end_; }
  size_t answers() const { return answers_.size(); }

 private:
  std::deque<Answer> answers_;
  // What the other side hears after the answers.
  std::optional<absl::Status> end_;
  bool write_done_ = false;
  bool broken_ = false;
  bool frozen_ = false;
  bool cancel_told_ = false;
  bool done_ = false;
  std::optional<grpc::Status> finish_;
};

// A stream in both directions.
template <typename Request, typename Answer>
class SimulatedSession final
    : public grpc::ServerCallbackReaderWriter<Request, Answer> {
 public:
  using Reactor = grpc::ServerBidiReactor<Request, Answer>;

  // `reactor` lives until its OnDone.
  explicit SimulatedSession(Reactor* reactor) : reactor_(reactor) {
    this->BindReactor(reactor);
  }

  // The other side's.
  void Send(Request request) {
    if (!state_.broken()) requests_.push_back(std::move(request));
  }
  void Break(size_t keep_requests, size_t keep_answers) {
    if (requests_.size() > keep_requests) requests_.resize(keep_requests);
    state_.Break(keep_answers);
  }
  StreamState<Reactor, Answer>& state() { return state_; }
  size_t requests() const { return requests_.size(); }

  // Whether the server goes on here.
  bool has_step() const {
    if (state_.done()) return false;
    if (reading_ != nullptr &&
        (!requests_.empty() || state_.broken() || state_.finished())) {
      return true;
    }
    return state_.has_completion();
  }
  void Step() {
    if (reading_ == nullptr ||
        (requests_.empty() && !state_.broken() && !state_.finished())) {
      return state_.Complete(*reactor_);
    }
    Request* to = std::exchange(reading_, nullptr);
    bool ok = !requests_.empty() && !state_.finished();
    if (ok) {
      *to = std::move(requests_.front());
      requests_.pop_front();
    }
    reactor_->OnReadDone(ok);
  }

  void Finish(grpc::Status status) override { state_.Finish(status); }
  void SendInitialMetadata() override {}
  void Read(Request* request) override { reading_ = request; }
  void Write(const Answer* answer, grpc::WriteOptions) override {
    state_.Write(*answer);
  }
  void WriteAndFinish(const Answer* answer, grpc::WriteOptions options,
                      grpc::Status status) override {
    Write(answer, options);
    Finish(std::move(status));
  }

 private:
  grpc::internal::ServerReactor* reactor() override { return reactor_; }
  void CallOnDone() override {}

  Reactor* const reactor_;
  std::deque<Request> requests_;
  // Where the server wants the next one.
  Request* reading_ = nullptr;
  StreamState<Reactor, Answer> state_;
};

// A stream of answers.
template <typename Answer>
class SimulatedFeed final : public grpc::ServerCallbackWriter<Answer> {
 public:
  using Reactor = grpc::ServerWriteReactor<Answer>;

  // `reactor` lives until its OnDone.
  explicit SimulatedFeed(Reactor* reactor) : reactor_(reactor) {
    this->BindReactor(reactor);
  }

  StreamState<Reactor, Answer>& state() { return state_; }
  bool has_step() const { return state_.has_completion(); }
  void Step() { state_.Complete(*reactor_); }

  void Finish(grpc::Status status) override { state_.Finish(status); }
  void SendInitialMetadata() override {}
  void Write(const Answer* answer, grpc::WriteOptions) override {
    state_.Write(*answer);
  }
  void WriteAndFinish(const Answer* answer, grpc::WriteOptions options,
                      grpc::Status status) override {
    Write(answer, options);
    Finish(std::move(status));
  }

 private:
  grpc::internal::ServerReactor* reactor() override { return reactor_; }
  void CallOnDone() override {}

  Reactor* const reactor_;
  StreamState<Reactor, Answer> state_;
};

}  // namespace tunesmith::simulation

#endif  // TUNESMITH_TESTS_SIMULATION_SIMULATED_STREAM_H_
