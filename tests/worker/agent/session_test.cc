#include "worker/agent/session.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "proto/contract/error.h"
#include "tests/worker/agent/fakes.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Events;
using internal::v1::ServerMessage;
using internal::v1::WorkerMessage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    auto post = [](std::function<void()> task) { task(); };
    Session::Options options;
    options.worker_id = "w1";
    options.boot_id = 77;
    options.instance_id = "abc";
    options.max_waiting_bytes = 1000;
    options.max_event_bytes = 700;
    options.post = post;
    options.on_welcome = [this] { ++welcomes_; };
    options.on_evicted = [this](absl::Status status) { evicted_ = status; };
    session_ = std::make_unique<Session>(options, transport_, clock_, metrics_);
    AddSlot(0, nullptr);
    // A GPU that was not tried yet.
    AddSlot(1, &gpu_);
    session_->Turn();
  }

  void AddSlot(int index, GpuDevice* gpu) {
    auto post = [](std::function<void()> task) { task(); };
    v1::Slot slot;
    slot.set_index(index);
    slot.set_purpose(v1::Slot::TRAINING);
    slot.set_device(gpu == nullptr ? "cpu" : "cuda:0");
    session_->AddSlot(std::make_unique<SlotRunner>(
        slot,
        SlotDependencies{.clock = clock_,
                         .spawner = spawner_,
                         .store = store_,
                         .metrics = metrics_,
                         .observer = *session_,
                         .post = post,
                         .run_blocking = post,
                         .count_oom_kills = [] { return 0; }},
        gpu));
  }

  void TryGpu(int exit_code) {
    gpu_.Turn();
    spawner_.trainers.back()->Exit(0, exit_code, "{\"device\":\"cuda:0\"}");
    session_->Turn();
  }

  void Welcome() {
    ServerMessage message;
    message.mutable_welcome()->set_protocol(1);
    message.mutable_welcome()->mutable_report_interval()->set_seconds(2);
    Say(message);
  }

  // Fences of items "i1" that should run in slot 0.
  void Desire(const std::vector<int64_t>& fences, int slot = 0) {
    ServerMessage message;
    message.mutable_desired();
    for (int64_t fence : fences) {
      auto& assignment = *message.mutable_desired()->add_assignments();
      assignment.set_slot(slot);
      assignment.mutable_item()->set_uid("i1");
      assignment.mutable_item()->set_fence(fence);
    }
    Say(message);
  }

  void Acknowledge(int64_t sequence, bool fenced = false) {
    ServerMessage message;
    message.mutable_ack()->set_item_uid("i1");
    message.mutable_ack()->set_fence(1);
    message.mutable_ack()->set_sequence(sequence);
    message.mutable_ack()->set_fenced(fenced);
    Say(message);
  }

  void Say(const ServerMessage& message) {
    transport_.sink.on_message(message);
    session_->Turn();
  }

  // Until the next try to connect.
  absl::Duration PauseLeft() { return session_->Turn() - clock_.Monotonic(); }
  absl::Duration PauseAfterEnd() {
    transport_.sink.on_end(absl::UnavailableError("down"));
    return PauseLeft();
  }

  // From the end of the stream to the next one.
  absl::Duration PauseBeforeNext() {
    const absl::Duration begin = clock_.Monotonic();
    const int opened = transport_.opened;
    for (PauseAfterEnd(); transport_.opened == opened;) Pass(PauseLeft());
    return clock_.Monotonic() - begin;
  }

  void Pass(absl::Duration time) {
    clock_.Advance(time);
    session_->Turn();
  }

  // A trainer that has the item.
  FakeSpawner::Trainer& RunItem() {
    FakeSpawner::Trainer& trainer = *spawner_.trainers.back();
    trainer.SayReady();
    Welcome();
    Desire({1});
    EXPECT_THAT(trainer.received, SizeIs(1));
    return trainer;
  }

  // Sequences of all events sent on this stream.
  std::vector<int64_t> SentSequences() const {
    std::vector<int64_t> sequences;
    for (const WorkerMessage& message : transport_.sent) {
      for (const auto& event : message.events().events()) {
        sequences.push_back(event.sequence());
      }
    }
    return sequences;
  }

  v1::Progress LastSentProgress() const {
    v1::Progress last;
    for (const WorkerMessage& message : transport_.sent) {
      for (const auto& running : message.report().running()) {
        last = running.progress();
      }
    }
    return last;
  }

  internal::v1::WorkEvent LastSentEvent() const {
    internal::v1::WorkEvent last;
    for (const WorkerMessage& message : transport_.sent) {
      for (const auto& event : message.events().events()) last = event;
    }
    return last;
  }

  int SentReports() const {
    int reports = 0;
    for (const WorkerMessage& message : transport_.sent) {
      reports += message.has_report();
    }
    return reports;
  }

  // The report that was sent last, in a Hello or alone.
  internal::v1::Report LastReport() const {
    internal::v1::Report last;
    for (const WorkerMessage& message : transport_.sent) {
      if (message.has_hello()) last = message.hello().report();
      if (message.has_report()) last = message.report();
    }
    return last;
  }

  FakeClock clock_;
  FakeSpawner spawner_;
  FakeStore store_;
  FakeTransport transport_;
  DeviceMetrics device_metrics_;
  GpuDevice gpu_{{.id = "cuda:0", .uuid = "GPU-a"},
                 {.clock = clock_,
                  .spawner = spawner_,
                  .metrics = device_metrics_,
                  .post = [](std::function<void()> task) { task(); }}};
  std::shared_ptr<prometheus::Registry> registry_ =
      std::make_shared<prometheus::Registry>();
  WorkerMetrics metrics_{registry_};
  int welcomes_ = 0;
  absl::Status evicted_;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, TimeRemainingGoesOnWhileATrainerIsSilent) {
  FakeSpawner::Trainer& trainer = RunItem();
  internal::v1::TrainerMessage message;
  message.mutable_progress()->set_step(7);
  message.mutable_progress()->mutable_time_remaining()->set_seconds(5);
  trainer.sink.on_message(message);
  Pass(absl::Seconds(2));
  EXPECT_EQ(LastSentProgress().time_remaining().seconds(), 3);
  Pass(absl::Seconds(2));
  EXPECT_EQ(LastSentProgress().time_remaining().seconds(), 1);
  Pass(absl::Seconds(2));
  EXPECT_EQ(LastSentProgress().time_remaining().seconds(), 0);
  EXPECT_EQ(LastSentProgress().step(), 7);
  message.mutable_progress()->clear_time_remaining();
  trainer.sink.on_message(message);
  Pass(absl::Seconds(2));
  EXPECT_FALSE(LastSentProgress().has_time_remaining());
}

TEST_F(SessionTest, SlotsOutOfServiceAreInEveryReport) {
  EXPECT_EQ(transport_.sent[0].hello().slots_size(), 2);
  ASSERT_EQ(LastReport().out_of_service_size(), 1);
  EXPECT_EQ(LastReport().out_of_service(0).slot(), 1);
  EXPECT_THAT(LastReport().out_of_service(0).reason(), HasSubstr("not tried"));
  Welcome();
  Pass(absl::Seconds(2));
  EXPECT_EQ(LastReport().out_of_service_size(), 1);
}

TEST_F(SessionTest, ChangeOfServiceIsReportedAtOnce) {
  Welcome();
  TryGpu(/*exit_code=*/5);
  EXPECT_EQ(SentReports(), 1);
  EXPECT_THAT(LastReport().out_of_service(0).reason(),
              HasSubstr("exit code 5"));
  clock_.Advance(absl::Milliseconds(1));
  session_->Turn();
  EXPECT_EQ(SentReports(), 1);
  clock_.Advance(absl::Seconds(30));
  TryGpu(/*exit_code=*/0);
  EXPECT_EQ(LastReport().out_of_service_size(), 0);
  gpu_.OnLost();
  session_->Turn();
  EXPECT_EQ(LastReport().out_of_service_size(), 1);
}

TEST_F(SessionTest, FailureOfADeviceIsReportedBeforeTheOutcomeThatShowsIt) {
  Welcome();
  TryGpu(/*exit_code=*/0);
  FakeSpawner::Trainer& trainer = *spawner_.trainers.back();
  trainer.SayReady();
  Desire({1}, /*slot=*/1);
  transport_.sent.clear();
  gpu_.OnOutcome(DeviceFailedOutcome("ECC"));
  trainer.SayOutcome(DeviceFailedOutcome("ECC"));
  session_->Turn();
  ASSERT_THAT(transport_.sent, SizeIs(2));
  EXPECT_EQ(transport_.sent[0].report().out_of_service_size(), 1);
  ASSERT_EQ(transport_.sent[1].events().events_size(), 1);
  EXPECT_TRUE(transport_.sent[1].events().events(0).has_outcome());
}

TEST_F(SessionTest, ItemForASlotOutOfServiceIsGivenBack) {
  Welcome();
  Desire({1}, /*slot=*/1);
  EXPECT_THAT(SentSequences(), ElementsAre(1));
  EXPECT_TRUE(LastSentEvent().outcome().retryable());
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(LastSentEvent().outcome().error())),
            v1::ERROR_REASON_DEVICE_FAILED);
}

TEST_F(SessionTest, HelloComesFirstAndAlone) {
  ASSERT_THAT(transport_.sent, SizeIs(1));
  EXPECT_EQ(transport_.sent[0].hello().worker_id(), "w1");
  EXPECT_EQ(transport_.sent[0].hello().boot_id(), 77);
  Pass(absl::Seconds(5));
  EXPECT_THAT(transport_.sent, SizeIs(1));
}

TEST_F(SessionTest, ReportsComeAtTheServersInterval) {
  Welcome();
  EXPECT_EQ(SentReports(), 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(SentReports(), 0);
  Pass(absl::Seconds(1));
  EXPECT_EQ(SentReports(), 1);
  Pass(absl::Seconds(2));
  EXPECT_EQ(SentReports(), 2);
}

TEST_F(SessionTest, StartAndEndAreReportedAtOnce) {
  FakeSpawner::Trainer& trainer = RunItem();
  EXPECT_EQ(SentReports(), 1);
  EXPECT_EQ(transport_.sent.back().report().running_size(), 1);
  trainer.SayOutcome(0);
  session_->Turn();
  EXPECT_EQ(SentReports(), 2);
  // Named until the outcome is stored, after the outcome itself.
  EXPECT_EQ(transport_.sent.back().report().running_size(), 1);
  EXPECT_THAT(SentSequences(), ElementsAre(1));
  Acknowledge(1);
  EXPECT_EQ(transport_.sent.back().report().running_size(), 0);
}

TEST_F(SessionTest, NothingIsSentTwiceOnOneStream) {
  FakeSpawner::Trainer& trainer = RunItem();
  trainer.SayLog("a");
  session_->Turn();
  trainer.SayLog("b");
  Pass(absl::Seconds(10));
  EXPECT_THAT(SentSequences(), ElementsAre(1, 2));
}

TEST_F(SessionTest, ReconnectRepeatsWhatWasNotAcknowledged) {
  FakeSpawner::Trainer& trainer = RunItem();
  for (const char* text : {"a", "b", "c"}) trainer.SayLog(text);
  session_->Turn();
  Acknowledge(1);
  transport_.sink.on_end(absl::UnavailableError("restart"));
  trainer.SayLog("d");
  EXPECT_FALSE(trainer.killed);
  Pass(absl::Seconds(1));
  ASSERT_EQ(transport_.opened, 2);
  EXPECT_EQ(transport_.sent[0].hello().report().running(0).item_uid(), "i1");
  EXPECT_THAT(SentSequences(), IsEmpty());
  Welcome();
  EXPECT_THAT(SentSequences(), ElementsAre(2, 3, 4));
}

TEST_F(SessionTest,
       PausesGrowToHalfAMinuteAndStartAgainAfterAStreamThatLasted) {
  absl::Duration longest;
  for (int i = 0; i < 14; ++i) {
    longest = std::max(longest, PauseBeforeNext());
  }
  EXPECT_GT(longest, absl::Seconds(10));
  EXPECT_LE(longest, absl::Seconds(30));
  EXPECT_EQ(transport_.opened, 15);
  Welcome();
  Pass(absl::Seconds(10));
  EXPECT_LE(PauseAfterEnd(), absl::Milliseconds(100));
}

TEST_F(SessionTest, AServerThatEndsEveryStreamAtOnceIsNotAskedOverAndOver) {
  for (int i = 0; i < 10; ++i) {
    Welcome();
    PauseBeforeNext();
  }
  Welcome();
  EXPECT_GT(PauseBeforeNext(), absl::Seconds(10));
}

TEST_F(SessionTest, AWorkerThatHasWorkComesBackWithinItsLease) {
  RunItem();
  for (int i = 0; i < 14; ++i) {
    EXPECT_LE(PauseBeforeNext(), absl::Seconds(5));
  }
}

TEST_F(SessionTest, TheCauseOfALostStreamIsCounted) {
  transport_.sink.on_end(absl::ResourceExhaustedError("disk full"));
  std::string page =
      prometheus::TextSerializer().Serialize(registry_->Collect());
  EXPECT_THAT(page, HasSubstr("tunesmith_worker_reconnects_total{cause="
                              "\"RESOURCE_EXHAUSTED\"} 1"));
}

TEST_F(SessionTest, ARefusedWorkerTriesAgain) {
  transport_.sink.on_end(absl::AlreadyExistsError("the id is taken"));
  Pass(PauseLeft());
  EXPECT_EQ(transport_.opened, 2);
  EXPECT_TRUE(evicted_.ok());
}

TEST_F(SessionTest, HelloTellsTheInstance) {
  EXPECT_EQ(transport_.sent.at(0).hello().instance_id(), "abc");
}

TEST_F(SessionTest, SilentServerIsGivenUp) {
  Pass(absl::Seconds(10));
  EXPECT_FALSE(transport_.open);
  Pass(absl::Seconds(1));
  EXPECT_EQ(transport_.opened, 2);
}

TEST_F(SessionTest, StateBeforeWelcomeIsPassedOver) {
  Desire({1});
  Welcome();
  Pass(absl::Seconds(2));
  EXPECT_EQ(transport_.sent.back().report().running_size(), 0);
}

TEST_F(SessionTest, OtherProtocolIsLeft) {
  ServerMessage message;
  message.mutable_welcome()->set_protocol(2);
  Say(message);
  EXPECT_FALSE(transport_.open);
  EXPECT_EQ(welcomes_, 0);
}

TEST_F(SessionTest, NewsOfAnEarlierStreamArePassedOver) {
  SessionSink old = transport_.sink;
  old.on_end(absl::UnavailableError("down"));
  Pass(absl::Seconds(5));
  old.on_end(absl::UnavailableError("down"));
  EXPECT_TRUE(transport_.open);
  ServerMessage message;
  message.mutable_welcome()->set_protocol(1);
  old.on_message(message);
  EXPECT_EQ(welcomes_, 0);
}

TEST_F(SessionTest, FencedItemIsForgotten) {
  FakeSpawner::Trainer& trainer = RunItem();
  trainer.SayLog("a");
  Acknowledge(0, /*fenced=*/true);
  EXPECT_TRUE(trainer.killed);
  EXPECT_EQ(transport_.sent.back().report().running_size(), 0);
}

TEST_F(SessionTest, NewFenceReplacesTheOld) {
  FakeSpawner::Trainer& trainer = RunItem();
  Desire({2});
  EXPECT_TRUE(trainer.killed);
  ASSERT_EQ(transport_.sent.back().report().running_size(), 1);
  EXPECT_EQ(transport_.sent.back().report().running(0).fence(), 2);
}

TEST_F(SessionTest, NewerBootEndsTheSession) {
  Welcome();
  transport_.sink.on_end(absl::AbortedError("newer boot"));
  EXPECT_TRUE(absl::IsAborted(evicted_));
  Pass(absl::Minutes(1));
  EXPECT_EQ(transport_.opened, 1);
}

TEST_F(SessionTest, DrainSuspendsTellsAndWaitsForTheServer) {
  FakeSpawner::Trainer& trainer = RunItem();
  EXPECT_FALSE(session_->drained());
  session_->Drain();
  session_->Turn();
  ASSERT_THAT(trainer.received, SizeIs(2));
  EXPECT_TRUE(trainer.received[1].has_suspend());
  EXPECT_TRUE(transport_.sent.back().report().draining());
  EXPECT_FALSE(session_->drained());
  internal::v1::Outcome outcome;
  outcome.mutable_suspended();
  trainer.SayOutcome(outcome);
  session_->Turn();
  EXPECT_FALSE(session_->drained());
  Acknowledge(1);
  EXPECT_TRUE(session_->drained());
}

TEST_F(SessionTest, DrainTakesNothingUpAndWaitsForNobodyWithoutAStream) {
  Welcome();
  spawner_.trainers.back()->SayReady();
  session_->Drain();
  EXPECT_TRUE(session_->drained());
  Desire({1});
  EXPECT_THAT(spawner_.trainers.back()->received, IsEmpty());
  EXPECT_TRUE(session_->drained());
}

TEST_F(SessionTest, UnknownSlotIsAnOutcome) {
  Welcome();
  Desire({1}, /*slot=*/9);
  EXPECT_THAT(SentSequences(), ElementsAre(1));
}

TEST_F(SessionTest, ItemThatReportsTooMuchIsKilled) {
  FakeSpawner::Trainer& trainer = RunItem();
  trainer.SayLog(std::string(600, 'x'));
  EXPECT_FALSE(trainer.killed);
  trainer.SayLog(std::string(600, 'x'));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(9);
  session_->Turn();
  EXPECT_THAT(SentSequences(), ElementsAre(1, 2, 3));
}

TEST_F(SessionTest, EventThatIsTooLongIsNotSentAndEndsTheItem) {
  FakeSpawner::Trainer& trainer = RunItem();
  trainer.SayLog(std::string(800, 'x'));
  EXPECT_TRUE(trainer.killed);
  trainer.Exit(9);
  session_->Turn();
  EXPECT_THAT(SentSequences(), ElementsAre(1));
  EXPECT_EQ(LastSentEvent().outcome().error().code(),
            static_cast<int>(absl::StatusCode::kResourceExhausted));
}

TEST_F(SessionTest, OutcomeThatIsTooLongBecomesAFailure) {
  FakeSpawner::Trainer& trainer = RunItem();
  internal::v1::Outcome outcome;
  outcome.mutable_inspect()->mutable_facts()->set_source(std::string(800, 'x'));
  trainer.SayOutcome(outcome);
  session_->Turn();
  EXPECT_THAT(SentSequences(), ElementsAre(1));
  EXPECT_EQ(LastSentEvent().outcome().error().code(),
            static_cast<int>(absl::StatusCode::kResourceExhausted));
  EXPECT_FALSE(LastSentEvent().outcome().retryable());
}

}  // namespace
}  // namespace tunesmith::worker
