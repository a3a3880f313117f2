#include "tests/benchmark/load/no_op_worker.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/integration/scripted_worker.h"

namespace tunesmith::load {

using internal::v1::WorkerMessage;

NoOpWorker::NoOpWorker(std::shared_ptr<grpc::Channel> channel, Options options)
    : options_(std::move(options)),
      stub_(internal::v1::WorkerSession::NewStub(channel)) {
  stub_->async()->Connect(&context_, this);
  WorkerMessage message;
  internal::v1::Hello& hello = *message.mutable_hello();
  hello.set_min_protocol(1);
  hello.set_max_protocol(1);
  hello.set_worker_id(options_.id);
  hello.set_boot_id(absl::ToUnixNanos(absl::Now()));
  hello.set_build("load");
  hello.set_instance_id(absl::StrCat(absl::Hex(hello.boot_id())));
  for (int i = 0; i < options_.training_slots; ++i) {
    v1::Slot& slot = *hello.add_slots();
    slot.set_index(i);
    slot.set_purpose(v1::Slot::TRAINING);
    slot.set_device_kind(v1::Resources::CPU);
    slot.set_device("cpu");
    slot.set_threads(1);
  }
  // Writes begin from several threads, and the stream lives until the last.
  AddHold();
  {
    MutexLock lock(&mutex_);
    Send(std::move(message));
  }
  StartRead(&incoming_);
  StartCall();
  reporter_ = std::thread([this] { ReportForEver(); });
}

NoOpWorker::~NoOpWorker() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  context_.TryCancel();
  reporter_.join();
  RemoveHold();
  MutexLock lock(&mutex_);
  while (!ended_) changed_.Wait(&mutex_);
}

void NoOpWorker::ReportForEver() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    changed_.WaitFor(&mutex_, absl::Seconds(2));
    if (!stopping_) Send(ReportNow());
  }
}

WorkerMessage NoOpWorker::ReportNow() {
  WorkerMessage message;
  internal::v1::Report& report = *message.mutable_report();
  for (const auto& [key, item] : items_) {
    internal::v1::Report::Running& running = *report.add_running();
    running.set_item_uid(key.first);
    running.set_fence(key.second);
    running.set_slot(item.slot);
    running.mutable_progress()->set_step(item.sequence);
  }
  return message;
}

void NoOpWorker::Send(WorkerMessage message) {
  if (stopping_) return;
  queue_.push_back(std::move(message));
  WriteNext();
}

void NoOpWorker::WriteNext() {
  if (writing_ || queue_.empty()) return;
  writing_ = true;
  outgoing_ = std::move(queue_.front());
  queue_.pop_front();
  StartWrite(&outgoing_);
}

void NoOpWorker::OnWriteDone(bool ok) {
  MutexLock lock(&mutex_);
  writing_ = false;
  if (ok) WriteNext();
}

void NoOpWorker::OnReadDone(bool ok) {
  if (!ok) return;
  if (incoming_.has_desired()) Take(incoming_.desired());
  if (incoming_.has_ack()) Take(incoming_.ack());
  StartRead(&incoming_);
}

void NoOpWorker::OnDone(const grpc::Status& status) {
  MutexLock lock(&mutex_);
  ended_ = true;
  if (!stopping_) error_ = status.error_message();
  changed_.SignalAll();
}

void NoOpWorker::Take(const internal::v1::DesiredState& desired) {
  std::vector<std::string> came;
  {
    MutexLock lock(&mutex_);
    std::set<Key> wanted;
    for (const auto& assignment : desired.assignments()) {
      Key key(assignment.item().uid(), assignment.item().fence());
      wanted.insert(key);
      if (items_.contains(key)) continue;
      Item& item = items_[key];
      item.work = assignment.item();
      item.slot = assignment.slot();
      came.push_back(item.work.train().job());
      if (!options_.finishes) continue;
      Send(ReportNow());
      SendEvents(item, /*metric=*/true, /*outcome=*/false, 0.5);
      SendEvents(item, /*metric=*/false, /*outcome=*/true, 0);
    }
    // What ended is kept until its end is acknowledged.
    std::erase_if(items_, [&](const auto& entry) {
      return !wanted.contains(entry.first) && entry.second.outcome == 0;
    });
  }
  for (const std::string& job : came) options_.on_assigned(job);
}

void NoOpWorker::Take(const internal::v1::Ack& ack) {
  {
    MutexLock lock(&mutex_);
    auto found = items_.find(Key(ack.item_uid(), ack.fence()));
    if (found == items_.end()) return;
    const Item& item = found->second;
    bool ended = item.outcome > 0 && ack.sequence() >= item.outcome;
    if (ack.fenced() && item.outcome == 0) items_.erase(found);
    if (!ended) return;
    items_.erase(found);
  }
  options_.on_finished();
}

void NoOpWorker::SendEvents(Item& item, bool metric, bool outcome,
                            double value) {
  WorkerMessage message;
  internal::v1::Events& events = *message.mutable_events();
  events.set_item_uid(item.work.uid());
  events.set_fence(item.work.fence());
  if (metric) {
    internal::v1::WorkEvent& event = *events.add_events();
    event.set_sequence(++item.sequence);
    event.mutable_metric()->set_name("loss");
    event.mutable_metric()->set_split(v1::TRAINING);
    event.mutable_metric()->set_step(item.sequence);
    event.mutable_metric()->set_value(value);
  }
  if (outcome) {
    internal::v1::WorkEvent& event = *events.add_events();
    event.set_sequence(++item.sequence);
    item.outcome = item.sequence;
    auto& result = *event.mutable_outcome()->mutable_train();
    result.mutable_artifact()->set_store("local");
    result.mutable_artifact()->set_key(item.work.train().output_key());
    result.mutable_artifact()->set_manifest_sha256(std::string(64, 'd'));
    *result.mutable_model() = testing::TinyModelFacts();
  }
  Send(std::move(message));
}

void NoOpWorker::SendMetrics(double value) {
  MutexLock lock(&mutex_);
  for (auto& [key, item] : items_) {
    if (item.outcome == 0) SendEvents(item, true, false, value);
  }
}

void NoOpWorker::FinishAll() {
  MutexLock lock(&mutex_);
  for (auto& [key, item] : items_) {
    if (item.outcome == 0) SendEvents(item, false, true, 0);
  }
}

int NoOpWorker::running() const {
  MutexLock lock(&mutex_);
  return static_cast<int>(items_.size());
}

std::string NoOpWorker::error() const {
  MutexLock lock(&mutex_);
  return error_;
}

}  // namespace tunesmith::load
