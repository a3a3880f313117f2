#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "server/jobs/transitions.h"
#include "server/lifecycle/job_list.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using v1::Job;

constexpr int kJobs = 4;
constexpr int kSlots = 2;

// Users, workers and the lease clock in any order, from a seed. Nobody knows
// what the others did: workers go on with leases that they lost, users cancel
// what has ended.
class RandomHistory {
 public:
  explicit RandomHistory(uint32_t seed) : random_(seed) { plane_.AddInputs(); }

  void Step() {
    std::string id(1, static_cast<char>('a' + Pick(kJobs)));
    switch (Pick(12)) {
      case 0:
        plane_.Create(JobRequest(id)).IgnoreError();
        break;
      case 1:
        if (Pick(3) == 0) plane_.Cancel(id).IgnoreError();
        break;
      case 2:
        if (Pick(3) == 0) Delete(id);
        break;
      case 3:
      case 4:
        if (auto row = plane_.Lease(v1::Slot::TRAINING, Pick(kSlots))) {
          attempts_.push_back({*row, 0});
        }
        break;
      case 5:
        plane_.store.clock.Advance(absl::Seconds(Pick(5)));
        break;
      case 7:
        if (Pick(3) == 0) plane_.Pause(id).IgnoreError();
        break;
      case 8:
        plane_.Resume(id).IgnoreError();
        break;
      case 6:
        if (!attempts_.empty()) {
          ASSERT_TRUE(plane_.Expire(AnyAttempt().row.lease()).ok());
        }
        break;
      default:
        if (!attempts_.empty()) Work(AnyAttempt());
    }
  }

  void CheckInvariants() {
    auto jobs = plane_.Ask([](Connection& db) {
      JobListQuery query;
      query.tenant = TestControlPlane::kTenant;
      return ListJobs(db, query, 1000);
    });
    ASSERT_TRUE(jobs.ok()) << jobs.status();
    std::map<Job::State, int64_t> counts;
    for (const ListedJob& listed : jobs->jobs) {
      CheckJob(listed.row.job);
      ++counts[listed.row.job.state()];
    }
    auto counted = plane_.Ask(JobTable::CountByState);
    ASSERT_TRUE(counted.ok()) << counted.status();
    EXPECT_THAT(*counted, testing::UnorderedElementsAreArray(
                              std::vector<std::pair<Job::State, int64_t>>(
                                  counts.begin(), counts.end())));
  }

 private:
  // What a worker believes that it does.
  struct Attempt {
    WorkRow row;
    int64_t sequence = 0;
  };

  int Pick(int n) { return static_cast<int>(random_() % n); }
  Attempt& AnyAttempt() { return attempts_[Pick(attempts_.size())]; }

  void Delete(const std::string& id) {
    auto job = plane_.Ask([&](Connection& db) {
      return JobTable::Get(db, TestControlPlane::kTenant, id);
    });
    if (plane_.Delete(id).ok()) {
      ASSERT_TRUE(IsTerminal(job->job.state()));
    }
  }

  void Work(Attempt& attempt) {
    std::vector<internal::v1::WorkEvent> events;
    // Now and then an acknowledgement was lost and events come again.
    int64_t sequence = attempt.sequence - Pick(2);
    if (sequence < 0) sequence = 0;
    for (int n = Pick(3); n > 0; --n) {
      ++sequence;
      events.push_back(Pick(4) == 0
                           ? CheckpointEvent(sequence, attempt.row, sequence)
                           : MetricEvent(sequence, sequence, 0.5));
    }
    bool ends = Pick(4) == 0;
    bool succeeds = Pick(2) == 0;
    if (ends && sequence >= attempt.sequence) {
      ++sequence;
      events.push_back(Pick(4) == 0 ? SuspendedEvent(sequence)
                       : succeeds   ? SuccessEvent(sequence, attempt.row)
                                    : FailureEvent(sequence,
                                                   v1::ERROR_REASON_TRAINER_DIED,
                                                   Pick(3) > 0));
    }
    bool good = IsGood(attempt.row.lease());
    auto stored = plane_.Report(attempt.row.lease(), events);
    EXPECT_EQ(stored.ok(), good) << stored.status();
    if (!good) {
      EXPECT_EQ(ErrorReasonOf(stored.status()), v1::ERROR_REASON_FENCED);
    } else {
      attempt.sequence = *stored;
    }
  }

  bool IsGood(const LeaseKey& lease) {
    return plane_
        .Ask([&](Connection& db) { return WorkQueue::CheckLease(db, lease); })
        .ok();
  }

  void CheckJob(const Job& job) {
    SCOPED_TRACE(job.name() + " " + Job::State_Name(job.state()));
    Job::State last = Job::STATE_UNSPECIFIED;
    int64_t expected = 0;
    int successes = 0;
    for (const v1::JobEvent& event : plane_.Events(job)) {
      EXPECT_EQ(event.sequence(), ++expected);
      if (!event.has_state_changed()) continue;
      EXPECT_EQ(event.state_changed().from(), last);
      last = event.state_changed().to();
      successes += last == Job::SUCCEEDED;
    }
    EXPECT_EQ(last, job.state());
    EXPECT_EQ(job.last_sequence(), expected);
    EXPECT_EQ(successes, job.state() == Job::SUCCEEDED ? 1 : 0);
    EXPECT_EQ(job.has_error(), job.state() == Job::FAILED);
    EXPECT_EQ(job.has_end_time(), IsTerminal(job.state()));
    CheckWork(job);
    CheckModel(job);
  }

  void CheckWork(const Job& job) {
    std::optional<WorkRow> row = plane_.WorkOf(job.uid());
    EXPECT_EQ(row.has_value(), !IsTerminal(job.state()));
    if (!row.has_value()) return;
    EXPECT_EQ(row->leased(), HoldsDevice(job.state()));
    EXPECT_EQ(row->attempt, job.attempt());
    EXPECT_LE(row->attempt, row->max_attempts);
    EXPECT_EQ(row->stop, job.state() == Job::CANCELLING ? StopKind::kCancel
                         : job.state() == Job::PAUSING  ? StopKind::kSuspend
                                                        : StopKind::kNone);
  }

  void CheckModel(const Job& job) {
    EXPECT_EQ(job.output_model().empty(), job.state() != Job::SUCCEEDED);
    if (job.output_model().empty()) return;
    auto model = plane_.FindModel(job.output_model().substr(7));
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ(model->model.state(), v1::Model::READY);
    // Two jobs never share a model, and no artifact of one is thrown away.
    EXPECT_TRUE(models_.emplace(model->model.uid(), job.uid()).first->second ==
                job.uid());
    EXPECT_THAT(plane_.observer.released,
                testing::Not(testing::Contains(model->artifact.key())));
  }

  std::mt19937 random_;
  TestControlPlane plane_;
  std::vector<Attempt> attempts_;
  // Which job made a model, by uid.
  std::map<std::string, std::string> models_;
};

TEST(RandomHistoryTest, InvariantsHoldWhateverHappens) {
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    RandomHistory history(seed);
    for (int step = 0; step < 120; ++step) {
      history.Step();
      if (step % 8 == 7) history.CheckInvariants();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace tunesmith::server
