#include "server/predictions/prediction_desk.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/error.h"
#include "tests/server/testing/fake_clock.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const PredictionModel kBert = {"default", "models/bert", "uid-bert"};
const PredictionModel kVit = {"default", "models/vit", "uid-vit"};

// Writes down what the desk asks for.
class RecordingBackend : public PredictionBackend {
 public:
  void QueueHolder(const PredictionModel& model,
                   const std::string& item_uid) override {
    queued.push_back(absl::StrCat(model.name, " ", item_uid));
  }
  void RemoveHolder(const std::string& item_uid) override {
    removed.push_back(item_uid);
  }
  void StopHolder(const std::string& item_uid) override {
    stopped.push_back(item_uid);
  }
  void Send(const std::string& worker_id,
            internal::v1::PredictBatch batch) override {
    workers.push_back(worker_id);
    sent.push_back(std::move(batch));
  }
  bool HasFreeSlot() override { return free_slot; }

  bool free_slot = false;
  std::vector<std::string> queued;
  std::vector<std::string> removed;
  std::vector<std::string> stopped;
  std::vector<std::string> workers;
  std::vector<internal::v1::PredictBatch> sent;
};

class PredictionDeskTest : public ::testing::Test {
 protected:
  int64_t Ask(const PredictionModel& model, const std::string& text) {
    v1::Sample sample;
    sample.set_text(text);
    absl::StatusOr<int64_t> id =
        desk_.Ask(model, {sample}, 2, [this, text](PredictionDesk::Answer it) {
          answers_[text] = it.ok() ? it->at(0).scores(0).label()
                                   : std::string(it.status().message());
        });
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }

  void Result(const std::string& item, int64_t number, const std::string& label,
              int64_t fence = 1) {
    internal::v1::PredictBatchResult result;
    result.set_item_uid(item);
    result.set_fence(fence);
    result.set_number(number);
    if (number > 0) result.add_predictions()->add_scores()->set_label(label);
    desk_.OnResult("worker", result);
  }
  void Ready(const std::string& item) { Result(item, 0, ""); }
  void Lease(const std::string& item) { desk_.OnLeased(item, 1, "worker"); }

  std::vector<std::string> Sent() const {
    std::vector<std::string> texts;
    for (const auto& batch : backend_.sent) {
      texts.push_back(
          absl::StrCat(batch.number(), " ", batch.samples(0).text()));
    }
    return texts;
  }

  FakeClock clock_;
  RecordingBackend backend_;
  int uids_ = 0;
  PredictionDesk desk_{&backend_, &clock_,
                       [this] { return absl::StrCat("item-", ++uids_); }};
  std::map<std::string, std::string> answers_;
};

TEST_F(PredictionDeskTest, OneHolderAnswersAllWhoAskTheSameModel) {
  Ask(kBert, "a");
  Ask(kBert, "b");
  EXPECT_THAT(backend_.queued, ElementsAre("models/bert item-1"));
  Lease("item-1");
  EXPECT_THAT(Sent(), IsEmpty()) << "the model is not loaded yet";
  Ready("item-1");
  EXPECT_THAT(Sent(), ElementsAre("1 a", "2 b"));
  EXPECT_EQ(backend_.sent[0].top_k(), 2);
  EXPECT_THAT(backend_.workers, ElementsAre("worker", "worker"));
  Result("item-1", 2, "beta");
  Result("item-1", 1, "alpha");
  EXPECT_EQ(answers_["a"], "alpha");
  EXPECT_EQ(answers_["b"], "beta");
}

TEST_F(PredictionDeskTest, AWorkerHasTheNextBatchButNotAll) {
  for (const char* text : {"a", "b", "c"}) Ask(kBert, text);
  Lease("item-1");
  Ready("item-1");
  EXPECT_THAT(Sent(), ElementsAre("1 a", "2 b"));
  Result("item-1", 1, "x");
  EXPECT_THAT(Sent(), ElementsAre("1 a", "2 b", "3 c"));
}

TEST_F(PredictionDeskTest, AnswersOfOthersAreIgnored) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  Result("item-1", 1, "stale", /*fence=*/7);
  internal::v1::PredictBatchResult result;
  result.set_item_uid("item-1");
  result.set_fence(1);
  result.set_number(1);
  result.add_predictions()->add_scores()->set_label("foreign");
  desk_.OnResult("another worker", result);
  EXPECT_THAT(answers_, IsEmpty());
}

TEST_F(PredictionDeskTest, AnIncompleteAnswerIsAnError) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  internal::v1::PredictBatchResult result;
  result.set_item_uid("item-1");
  result.set_fence(1);
  result.set_number(1);
  desk_.OnResult("worker", result);
  EXPECT_EQ(answers_["a"], "a worker left samples unanswered");
}

TEST_F(PredictionDeskTest, ANewStreamGetsWhatWasUnderWayAgain) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  Ready("item-1");
  EXPECT_THAT(Sent(), ElementsAre("1 a", "2 a"));
  Result("item-1", 1, "of the old stream");
  EXPECT_THAT(answers_, IsEmpty());
  Result("item-1", 2, "right");
  EXPECT_EQ(answers_["a"], "right");
}

TEST_F(PredictionDeskTest, AHolderThatEndedWhileAskedIsReplaced) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  desk_.OnEnded("item-1", absl::OkStatus());
  EXPECT_THAT(backend_.queued,
              ElementsAre("models/bert item-1", "models/bert item-2"));
  Lease("item-2");
  Ready("item-2");
  Result("item-2", 1, "after all");
  EXPECT_EQ(answers_["a"], "after all");
}

TEST_F(PredictionDeskTest, AHolderThatFailedFailsAllWhoWait) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  for (const char* text : {"b", "c"}) Ask(kBert, text);
  desk_.OnEnded("item-1", absl::AbortedError("died"));
  EXPECT_EQ(answers_["a"], "died");
  EXPECT_EQ(answers_["b"], "died");
  EXPECT_EQ(answers_["c"], "died");
  Ask(kBert, "d");
  EXPECT_EQ(backend_.queued.back(), "models/bert item-2");
}

TEST_F(PredictionDeskTest, AnIdleHolderGivesWayAtOnce) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  Ask(kVit, "b");
  EXPECT_THAT(backend_.stopped, IsEmpty()) << "it is at work";
  Result("item-1", 1, "x");
  EXPECT_THAT(backend_.stopped, ElementsAre("item-1"));
  // What comes now waits for the next turn.
  Ask(kBert, "c");
  desk_.OnEnded("item-1", absl::OkStatus());
  EXPECT_EQ(backend_.queued.back(), "models/bert item-3");
}

TEST_F(PredictionDeskTest, AHolderKeepsItsSlotWhereAnotherIsFree) {
  backend_.free_slot = true;
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  Result("item-1", 1, "x");
  Ask(kVit, "b");
  EXPECT_THAT(backend_.stopped, IsEmpty());
}

TEST_F(PredictionDeskTest, ABusyHolderGivesWayAfterItsTurn) {
  for (const char* text : {"a", "b", "c", "d"}) Ask(kBert, text);
  Lease("item-1");
  Ready("item-1");
  Ask(kVit, "v");
  clock_.Advance(PredictionDesk::kTurn);
  Result("item-1", 1, "x");
  EXPECT_THAT(Sent(), ElementsAre("1 a", "2 b")) << "no further batch";
  EXPECT_THAT(backend_.stopped, IsEmpty());
  Result("item-1", 2, "x");
  EXPECT_THAT(backend_.stopped, ElementsAre("item-1"));
  desk_.OnEnded("item-1", absl::OkStatus());
  EXPECT_THAT(backend_.queued,
              ElementsAre("models/bert item-1", "models/vit item-2",
                          "models/bert item-3"));
}

TEST_F(PredictionDeskTest, WhoGoesAwayIsForgotten) {
  int64_t waiting = Ask(kBert, "a");
  desk_.Withdraw(waiting);
  EXPECT_THAT(backend_.removed, ElementsAre("item-1"));
  // It was leased in the meantime.
  Lease("item-1");
  EXPECT_THAT(backend_.removed, ElementsAre("item-1", "item-1"));

  int64_t under_way = Ask(kBert, "b");
  Lease("item-2");
  Ready("item-2");
  desk_.Withdraw(under_way);
  Result("item-2", 1, "x");
  EXPECT_THAT(answers_, IsEmpty());
  Ask(kBert, "c");
  Result("item-2", 2, "y");
  EXPECT_EQ(answers_["c"], "y");
}

TEST_F(PredictionDeskTest, AReleasedHolderAsksAgainAtTheNextLease) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  desk_.OnReleased("item-1");
  desk_.OnLeased("item-1", 2, "worker");
  Result("item-1", 0, "", /*fence=*/2);
  EXPECT_THAT(Sent(), ElementsAre("1 a", "1 a"));
  EXPECT_EQ(backend_.sent[1].fence(), 2);
}

TEST_F(PredictionDeskTest, TooManyQuestionsAreRefused) {
  for (size_t i = 0; i < PredictionDesk::kMaxQuestions; ++i) {
    Ask(kBert, absl::StrCat(i));
  }
  absl::StatusOr<int64_t> refused =
      desk_.Ask(kVit, {v1::Sample()}, 1, [](PredictionDesk::Answer) {});
  EXPECT_EQ(ErrorReasonOf(refused.status()), v1::ERROR_REASON_QUEUE_FULL);
}

TEST_F(PredictionDeskTest, TooManyBytesAreRefusedUntilSomeAreAnswered) {
  v1::Sample large;
  large.mutable_image()->resize(PredictionDesk::kMaxBytes / 2);
  absl::StatusOr<int64_t> first =
      desk_.Ask(kVit, {large}, 1, [](PredictionDesk::Answer) {});
  ASSERT_TRUE(first.ok());
  absl::StatusOr<int64_t> refused =
      desk_.Ask(kVit, {large}, 1, [](PredictionDesk::Answer) {});
  EXPECT_EQ(ErrorReasonOf(refused.status()), v1::ERROR_REASON_QUEUE_FULL);
  Ask(kVit, "small");
  desk_.Withdraw(*first);
  EXPECT_TRUE(desk_.Ask(kVit, {large}, 1, [](PredictionDesk::Answer) {}).ok());
}

TEST_F(PredictionDeskTest, AtTheEndEverybodyIsTold) {
  Ask(kBert, "a");
  Lease("item-1");
  Ready("item-1");
  Ask(kVit, "b");
  desk_.EndAll(absl::UnavailableError("stopping"));
  EXPECT_EQ(answers_["a"], "stopping");
  EXPECT_EQ(answers_["b"], "stopping");
}

}  // namespace
}  // namespace tunesmith::server
