#include "server/events/event_log.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::JobEvent Log(const std::string& message) {
  v1::JobEvent event;
  event.mutable_log()->set_message(message);
  return event;
}

v1::JobEvent Metric(const std::string& name, int64_t step, double value,
                    v1::Split split = v1::TRAINING) {
  v1::JobEvent event;
  v1::Metric& metric = *event.mutable_metric();
  metric.set_name(name);
  metric.set_step(step);
  metric.set_value(value);
  metric.set_split(split);
  return event;
}

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() {
    AddJob("tenant", "a");
    AddJob("tenant", "b");
    AddJob("other", "a");
  }

  void AddJob(const std::string& tenant, const std::string& uid) {
    EXPECT_TRUE(test_
                    .Write([&](Transaction& tx) {
                      return tx.db()
                          .Prepare(
                              "INSERT INTO jobs (tenant, uid, id, state, "
                              "create_time, revision, record) "
                              "VALUES (?, ?, ?, 2, 0, 1, x'')")
                          .Bind(tenant)
                          .Bind(uid)
                          .Bind(uid)
                          .Run();
                    })
                    .ok());
  }

  absl::StatusOr<int64_t> Append(const JobKey& job, const v1::JobEvent& event) {
    absl::StatusOr<int64_t> sequence;
    absl::Status written = test_.Write([&](Transaction& tx) {
      sequence = EventLog::Append(tx, job, event);
      return sequence.status();
    });
    EXPECT_EQ(written.ok(), sequence.ok());
    return sequence;
  }

  std::vector<v1::JobEvent> Read(int64_t after = 0, int limit = 1000) {
    absl::StatusOr<std::vector<v1::JobEvent>> events;
    test_.store->ReadNow([&](Connection& db) {
      events = EventLog::Read(db, kJob, after, limit);
    });
    EXPECT_TRUE(events.ok()) << events.status();
    return *events;
  }

  std::vector<v1::Metric> ReadMetrics(
      v1::Split split = v1::SPLIT_UNSPECIFIED, const std::string& name = "",
      const std::optional<EventLog::MetricCursor>& after = std::nullopt,
      int limit = 1000) {
    absl::StatusOr<std::vector<v1::Metric>> metrics;
    test_.store->ReadNow([&](Connection& db) {
      metrics = EventLog::ReadMetrics(db, kJob, split, name, after, limit);
    });
    EXPECT_TRUE(metrics.ok()) << metrics.status();
    return *metrics;
  }

  const JobKey kJob{"tenant", "a"};
  TestStore test_;
};

TEST_F(EventLogTest, EveryJobHasItsOwnGaplessSequence) {
  EXPECT_EQ(*Append(kJob, Log("first")), 1);
  EXPECT_EQ(*Append({"tenant", "b"}, Log("of b")), 1);
  EXPECT_EQ(*Append({"other", "a"}, Log("of another tenant")), 1);
  EXPECT_EQ(*Append(kJob, Log("second")), 2);
  std::vector<v1::JobEvent> events = Read();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].sequence(), 1);
  EXPECT_EQ(events[0].log().message(), "first");
  EXPECT_EQ(events[1].sequence(), 2);
}

TEST_F(EventLogTest, SequenceOfAWriteThatFailedIsGivenAgain) {
  ASSERT_TRUE(Append(kJob, Log("kept")).ok());
  EXPECT_FALSE(test_
                   .Write([&](Transaction& tx) -> absl::Status {
                     EXPECT_EQ(*EventLog::Append(tx, kJob, Log("lost")), 2);
                     return absl::AbortedError("no");
                   })
                   .ok());
  EXPECT_EQ(*Append(kJob, Log("again")), 2);
}

TEST_F(EventLogTest, SequencesGoOnAfterARestart) {
  ASSERT_TRUE(Append(kJob, Log("before")).ok());
  test_.vfs.Restart();
  ASSERT_TRUE(test_.Reopen().ok());
  EXPECT_EQ(*Append(kJob, Log("after")), 2);
}

TEST_F(EventLogTest, SetsTheTimeOnlyWhereItIsUnset) {
  v1::JobEvent dated = Log("dated");
  dated.mutable_time()->set_seconds(5);
  ASSERT_TRUE(Append(kJob, dated).ok());
  ASSERT_TRUE(Append(kJob, Log("undated")).ok());
  std::vector<v1::JobEvent> events = Read();
  EXPECT_EQ(events[0].time().seconds(), 5);
  EXPECT_EQ(events[1].time().seconds(), absl::ToUnixSeconds(test_.clock.Now()));
}

TEST_F(EventLogTest, EventOfAnUnknownJobIsAnError) {
  EXPECT_FALSE(Append({"tenant", "none"}, Log("x")).ok());
}

TEST_F(EventLogTest, ReadsFromTheCursorUpToTheLimit) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(Append(kJob, Log(absl::StrCat(i))).ok());
  }
  std::vector<v1::JobEvent> events = Read(/*after=*/2, /*limit=*/2);
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].sequence(), 3);
  EXPECT_EQ(events[1].sequence(), 4);
  EXPECT_THAT(Read(5), IsEmpty());
}

TEST_F(EventLogTest, ReadStopsAtAMebibyteButGivesOneEvent) {
  ASSERT_TRUE(Append(kJob, Log(std::string(2 << 20, 'x'))).ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Append(kJob, Log(std::string(400 << 10, 'x'))).ok());
  }
  EXPECT_EQ(Read(0).size(), 1);
  EXPECT_EQ(Read(1).size(), 2);
}

TEST_F(EventLogTest, RepeatedMetricOfTheSameValueIsNotAppended) {
  EXPECT_EQ(*Append(kJob, Metric("loss", 1, 0.5)), 1);
  EXPECT_EQ(*Append(kJob, Metric("loss", 2, 0.4)), 2);
  EXPECT_EQ(*Append(kJob, Metric("loss", 1, 0.5)), 2);
  EXPECT_EQ(Read().size(), 2);
}

TEST_F(EventLogTest, RepeatedMetricOfAnotherValueIsAFinding) {
  ASSERT_TRUE(Append(kJob, Metric("loss", 1, 0.5)).ok());
  EXPECT_EQ(*Append(kJob, Metric("loss", 1, 0.25)), 2);
  std::vector<v1::JobEvent> events = Read();
  ASSERT_EQ(events.size(), 2);
  EXPECT_FALSE(events[1].has_metric());
  EXPECT_EQ(events[1].finding().code(), v1::Finding::METRIC_NOT_REPRODUCED);
  EXPECT_THAT(events[1].finding().message(), HasSubstr("0.25"));
  ASSERT_EQ(ReadMetrics().size(), 1);
  EXPECT_EQ(ReadMetrics()[0].value(), 0.5);
}

// SQLite has neither NaN nor a negative zero.
TEST_F(EventLogTest, SpecialValuesReproduceThemselves) {
  const double kSpecial[] = {std::nan(""),
                             -std::nan(""),
                             -0.0,
                             0.1 + 0.2,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::denorm_min(),
                             std::numeric_limits<double>::max()};
  int64_t step = 0;
  for (double value : kSpecial) {
    ++step;
    EXPECT_EQ(*Append(kJob, Metric("loss", step, value)), step) << value;
    EXPECT_EQ(*Append(kJob, Metric("loss", step, value)), step) << value;
  }
  EXPECT_TRUE(std::isnan(ReadMetrics()[0].value()));
  EXPECT_EQ(ReadMetrics()[3].value(), 0.1 + 0.2);
  // And are told from numbers.
  EXPECT_EQ(*Append(kJob, Metric("loss", 1, 0)), step + 1);
}

TEST_F(EventLogTest, EpochThatIsNoNumberIsStored) {
  v1::JobEvent event = Metric("loss", 1, 0.5);
  event.mutable_metric()->set_epoch(std::nan(""));
  absl::StatusOr<int64_t> sequence = Append(kJob, event);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(ReadMetrics().size(), 1);
}

TEST_F(EventLogTest, MetricsAreFilteredAndPagedInOrder) {
  for (int64_t step : {10, 2}) {
    for (std::string name : {"loss", "accuracy"}) {
      for (v1::Split split : {v1::VALIDATION, v1::TRAINING}) {
        ASSERT_TRUE(Append(kJob, Metric(name, step, 1, split)).ok());
      }
    }
  }
  auto describe = [](const std::vector<v1::Metric>& metrics) {
    std::vector<std::string> texts;
    for (const v1::Metric& metric : metrics) {
      texts.push_back(absl::StrCat(static_cast<int>(metric.split()), " ",
                                   metric.name(), " ", metric.step()));
    }
    return texts;
  };
  EXPECT_THAT(
      describe(ReadMetrics()),
      ElementsAre("1 accuracy 2", "1 accuracy 10", "1 loss 2", "1 loss 10",
                  "2 accuracy 2", "2 accuracy 10", "2 loss 2", "2 loss 10"));
  EXPECT_THAT(describe(ReadMetrics(v1::VALIDATION, "loss")),
              ElementsAre("2 loss 2", "2 loss 10"));
  EventLog::MetricCursor cursor{v1::TRAINING, "loss", 2};
  EXPECT_THAT(describe(ReadMetrics(v1::SPLIT_UNSPECIFIED, "", cursor, 2)),
              ElementsAre("1 loss 10", "2 accuracy 2"));
}

// Attempts that repeat, fail and go on, in any order, leave no gap.
TEST_F(EventLogTest, RandomAppendsLeaveNoGap) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 400; ++i) {
    bool fails = random() % 4 == 0;
    v1::JobEvent event =
        random() % 2 == 0 ? Log("line")
                          : Metric("loss", static_cast<int64_t>(random() % 20),
                                   static_cast<double>(random() % 3));
    test_
        .Write([&](Transaction& tx) {
          absl::Status status = EventLog::Append(tx, kJob, event).status();
          return fails ? absl::AbortedError("no") : status;
        })
        .IgnoreError();
  }
  std::vector<v1::JobEvent> events = Read();
  EXPECT_GT(events.size(), 100);
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].sequence(), static_cast<int64_t>(i + 1));
  }
}

}  // namespace
}  // namespace tunesmith::server
