#include "tests/integration/scripted_worker.h"

#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/local_artifact_store.h"

namespace tunesmith::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

const ScriptedWorker::Assignment* Find(
    const internal::v1::DesiredState& desired, const std::string& item_uid) {
  for (const ScriptedWorker::Assignment& assignment : desired.assignments()) {
    if (assignment.item().uid() == item_uid) return &assignment;
  }
  return nullptr;
}

}  // namespace

ScriptedWorker::ScriptedWorker(Options options) : options_(std::move(options)) {
  set_address(options_.address);
}

ScriptedWorker::~ScriptedWorker() { Disconnect(); }

void ScriptedWorker::set_address(const std::string& address) {
  stub_ = internal::v1::WorkerSession::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
}

internal::v1::Hello ScriptedWorker::MakeHello() {
  internal::v1::Hello hello;
  hello.set_min_protocol(1);
  hello.set_max_protocol(1);
  hello.set_worker_id(options_.worker_id);
  hello.set_boot_id(options_.boot_id);
  hello.set_instance_id(options_.instance_id);
  hello.set_build("scripted");
  int index = 0;
  for (auto [purpose, count] :
       {std::pair(v1::Slot::TRAINING, options_.training_slots),
        std::pair(v1::Slot::AUXILIARY, options_.auxiliary_slots),
        std::pair(v1::Slot::PREDICTION, options_.prediction_slots)}) {
    for (int i = 0; i < count; ++i) {
      v1::Slot& slot = *hello.add_slots();
      slot.set_index(index++);
      slot.set_purpose(purpose);
      slot.set_device_kind(v1::Resources::CPU);
      slot.set_device("cpu");
      slot.set_threads(1);
      options_.describe_slot(slot);
    }
  }
  MutexLock lock(&mutex_);
  FillReport(*hello.mutable_report());
  return hello;
}

void ScriptedWorker::FillReport(internal::v1::Report& report) {
  for (const auto& [uid, running] : running_) {
    internal::v1::Report::Running& entry = *report.add_running();
    entry.set_item_uid(uid);
    entry.set_fence(running.assignment.item().fence());
    entry.set_slot(running.assignment.slot());
    *entry.mutable_progress() = running.progress;
  }
}

grpc::Status ScriptedWorker::Connect() {
  Disconnect();
  {
    MutexLock lock(&mutex_);
    welcomed_ = false;
    ended_ = false;
    desired_.Clear();
  }
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_wait_for_ready(true);
  context_->set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoSeconds(3 * kPatience));
  stream_ = stub_->Connect(context_.get());
  internal::v1::WorkerMessage message;
  *message.mutable_hello() = MakeHello();
  Write(message);
  reader_ = std::thread([this, stream = stream_.get()] { ReadLoop(stream); });
  MutexLock lock(&mutex_);
  Await("welcome", [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return welcomed_ || ended_;
  });
  return welcomed_ ? grpc::Status::OK : end_;
}

void ScriptedWorker::Disconnect() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  reader_.join();
  stream_.reset();
  context_.reset();
}

void ScriptedWorker::ReadLoop(Stream* stream) {
  internal::v1::ServerMessage message;
  while (stream->Read(&message)) {
    if (message.has_desired()) {
      OnDesired(message.desired());
      continue;
    }
    MutexLock lock(&mutex_);
    if (message.has_welcome()) welcomed_ = true;
    if (message.has_predict()) batches_.push_back(message.predict());
    if (message.has_ack()) {
      auto found = running_.find(message.ack().item_uid());
      if (found != running_.end()) found->second.ack = message.ack();
      auto answered = answered_.find(message.ack().item_uid());
      if (answered != answered_.end()) stored_.insert(answered->second);
    }
    changed_.SignalAll();
  }
  grpc::Status status = stream->Finish();
  MutexLock lock(&mutex_);
  ended_ = true;
  end_ = status;
  changed_.SignalAll();
}

void ScriptedWorker::OnDesired(const internal::v1::DesiredState& desired) {
  std::vector<Assignment> answers;
  {
    MutexLock lock(&mutex_);
    desired_ = desired;
    std::erase_if(running_, [&desired](const auto& entry) {
      return !entry.second.assignment.item().has_train() &&
             Find(desired, entry.first) == nullptr;
    });
    for (const Assignment& assignment : desired.assignments()) {
      const internal::v1::WorkItem& item = assignment.item();
      if (!item.has_inspect() && !item.has_import()) continue;
      if (!options_.answers_auxiliary) continue;
      if (running_.count(item.uid()) > 0) continue;
      running_[item.uid()].assignment = assignment;
      answered_[item.uid()] = SubjectOf(item);
      answers.push_back(assignment);
    }
    changed_.SignalAll();
  }
  for (const Assignment& assignment : answers) AnswerAuxiliary(assignment);
}

void ScriptedWorker::AnswerAuxiliary(const Assignment& assignment) {
  internal::v1::WorkEvent event = OutcomeEvent(absl::OkStatus(), false);
  internal::v1::Outcome& outcome = *event.mutable_outcome();
  if (assignment.item().has_inspect()) {
    const v1::DatasetFormat& format =
        assignment.item().inspect().dataset().format();
    v1::Dataset& facts = *outcome.mutable_inspect()->mutable_facts();
    facts = TinyDatasetFacts();
    *facts.mutable_format() = format;
    if (format.kind() == v1::DatasetFormat::IMAGES) {
      facts.mutable_columns(0)->set_name("image");
    }
  } else {
    *outcome.mutable_import()->mutable_model() =
        options_.imports_picture_networks ? TinyPictureNetworkFacts()
                                          : TinyModelFacts();
    for (const std::string& label : options_.head_labels) {
      outcome.mutable_import()
          ->mutable_model()
          ->mutable_model()
          ->add_head_labels(label);
    }
  }
  Send(assignment, {event});
}

void ScriptedWorker::SayLoaded(const Assignment& assignment) {
  internal::v1::WorkerMessage message;
  message.mutable_predicted()->set_item_uid(assignment.item().uid());
  message.mutable_predicted()->set_fence(assignment.item().fence());
  Write(message);
}

internal::v1::PredictBatch ScriptedWorker::AwaitBatch() {
  MutexLock lock(&mutex_);
  Await("a batch",
        [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !batches_.empty(); });
  if (batches_.empty()) return {};
  internal::v1::PredictBatch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

void ScriptedWorker::Predict(const internal::v1::PredictBatch& batch,
                             const std::string& label) {
  internal::v1::WorkerMessage message;
  internal::v1::PredictBatchResult& result = *message.mutable_predicted();
  result.set_item_uid(batch.item_uid());
  result.set_fence(batch.fence());
  result.set_number(batch.number());
  for (int i = 0; i < batch.samples_size(); ++i) {
    v1::Prediction::LabelScore& score = *result.add_predictions()->add_scores();
    score.set_label(label);
    score.set_score(0.75);
  }
  Write(message);
}

bool ScriptedWorker::Write(const internal::v1::WorkerMessage& message) {
  MutexLock lock(&write_mutex_);
  return stream_ != nullptr && stream_->Write(message);
}

void ScriptedWorker::Await(const char* what,
                           const std::function<bool()>& condition) {
  absl::Time deadline = absl::Now() + kPatience;
  while (!condition()) {
    if (!changed_.WaitFor(&mutex_, deadline - absl::Now()) && !condition()) {
      ADD_FAILURE() << "scripted worker: waited in vain for " << what
                    << "\ndesired: " << desired_.ShortDebugString();
      return;
    }
  }
}

internal::v1::DesiredState ScriptedWorker::AwaitDesired(
    const std::function<bool(const internal::v1::DesiredState&)>& condition) {
  MutexLock lock(&mutex_);
  Await("a desired state",
        [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return condition(desired_); });
  return desired_;
}

void ScriptedWorker::AwaitAnswered(const std::string& subject) {
  MutexLock lock(&mutex_);
  Await("an answer", [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return stored_.contains(subject);
  });
}

ScriptedWorker::Assignment ScriptedWorker::AwaitWork(
    const std::string& subject) {
  Assignment result;
  AwaitDesired([&](const internal::v1::DesiredState& desired) {
    for (const Assignment& assignment : desired.assignments()) {
      if (SubjectOf(assignment.item()) != subject) continue;
      result = assignment;
      return true;
    }
    return false;
  });
  MutexLock lock(&mutex_);
  Running& running = running_[result.item().uid()];
  if (running.assignment.item().fence() != result.item().fence()) running = {};
  running.assignment = result;
  return result;
}

void ScriptedWorker::AwaitGone(const Assignment& assignment) {
  AwaitDesired([&](const internal::v1::DesiredState& desired) {
    const Assignment* found = Find(desired, assignment.item().uid());
    return found == nullptr ||
           found->item().fence() != assignment.item().fence();
  });
  MutexLock lock(&mutex_);
  running_.erase(assignment.item().uid());
}

void ScriptedWorker::AwaitCancel(const Assignment& assignment) {
  AwaitDesired([&](const internal::v1::DesiredState& desired) {
    const Assignment* found = Find(desired, assignment.item().uid());
    return found != nullptr && found->cancel();
  });
}

internal::v1::WorkerMessage ScriptedWorker::EventsMessage(
    const Assignment& assignment,
    const std::vector<internal::v1::WorkEvent>& events) {
  internal::v1::WorkerMessage message;
  message.mutable_events()->set_item_uid(assignment.item().uid());
  message.mutable_events()->set_fence(assignment.item().fence());
  for (const internal::v1::WorkEvent& event : events) {
    *message.mutable_events()->add_events() = event;
  }
  return message;
}

void ScriptedWorker::Send(const Assignment& assignment,
                          std::vector<internal::v1::WorkEvent> events) {
  {
    MutexLock lock(&mutex_);
    std::vector<internal::v1::WorkEvent>& sent =
        running_[assignment.item().uid()].events;
    for (internal::v1::WorkEvent& event : events) {
      event.set_sequence(static_cast<int64_t>(sent.size()) + 1);
      sent.push_back(event);
    }
  }
  Write(EventsMessage(assignment, events));
}

void ScriptedWorker::SendAgain(const Assignment& assignment) {
  std::vector<internal::v1::WorkEvent> events;
  {
    MutexLock lock(&mutex_);
    Running& running = running_[assignment.item().uid()];
    running.ack.reset();
    events = running.events;
  }
  Write(EventsMessage(assignment, events));
}

internal::v1::Ack ScriptedWorker::AwaitAck(const Assignment& assignment) {
  MutexLock lock(&mutex_);
  Running& running = running_[assignment.item().uid()];
  Await("an ack", [&running] {
    return running.ack.has_value() &&
           (running.ack->fenced() ||
            running.ack->sequence() >=
                static_cast<int64_t>(running.events.size()));
  });
  return running.ack.value_or(internal::v1::Ack());
}

void ScriptedWorker::Report(const Assignment& assignment,
                            const v1::Progress& progress) {
  internal::v1::WorkerMessage message;
  {
    MutexLock lock(&mutex_);
    running_[assignment.item().uid()].progress = progress;
    FillReport(*message.mutable_report());
  }
  Write(message);
}

void ScriptedWorker::ReportOutOfService(
    const std::map<int, std::string>& reasons) {
  internal::v1::WorkerMessage message;
  {
    MutexLock lock(&mutex_);
    FillReport(*message.mutable_report());
  }
  for (const auto& [slot, reason] : reasons) {
    auto& row = *message.mutable_report()->add_out_of_service();
    row.set_slot(slot);
    row.set_reason(reason);
  }
  Write(message);
}

void ScriptedWorker::Succeed(const Assignment& assignment) {
  auto artifacts = LocalArtifactStore::Create(options_.artifact_root);
  ASSERT_TRUE(artifacts.ok()) << artifacts.status();
  const std::string& key = assignment.item().train().output_key();
  absl::StatusOr<std::string> directory = (*artifacts)->Begin(key);
  ASSERT_TRUE(directory.ok()) << directory.status();
  ASSERT_EQ(mkdir(absl::StrCat(*directory, "/model").c_str(), 0755), 0);
  for (const char* file : {"model/config.json", "model/model.safetensors",
                           "report.html", "run_record.json"}) {
    ASSERT_TRUE(
        WriteFileDurably(absl::StrCat(*directory, "/", file), file).ok());
  }
  absl::StatusOr<std::string> digest = (*artifacts)->Commit(key);
  ASSERT_TRUE(digest.ok()) << digest.status();
  internal::v1::WorkEvent event = OutcomeEvent(absl::OkStatus(), false);
  internal::v1::TrainResult& result = *event.mutable_outcome()->mutable_train();
  result.mutable_artifact()->set_store("local");
  result.mutable_artifact()->set_key(key);
  result.mutable_artifact()->set_manifest_sha256(*digest);
  *result.mutable_model() = TinyModelFacts();
  Send(assignment, {event});
}

void ScriptedWorker::FailByPlace(const Assignment& assignment,
                                 v1::PlaceFault fault,
                                 const std::string& message) {
  internal::v1::WorkEvent event =
      OutcomeEvent(absl::InternalError(message), /*retryable=*/true);
  event.mutable_outcome()->set_place_fault(fault);
  Send(assignment, {event});
}

void ScriptedWorker::Fail(const Assignment& assignment,
                          const absl::Status& error, bool retryable) {
  Send(assignment, {OutcomeEvent(error, retryable)});
}

grpc::Status ScriptedWorker::AwaitEnd() {
  MutexLock lock(&mutex_);
  Await("the stream's end",
        [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return ended_; });
  return end_;
}

}  // namespace tunesmith::testing
