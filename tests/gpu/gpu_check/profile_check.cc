#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "proto/contract/base/status_macros.h"
#include "tests/gpu/gpu_check/checks.h"
#include "tests/gpu/gpu_check/training.h"
#include "torch/csrc/autograd/profiler_kineto.h"

namespace tunesmith::worker {
namespace {

namespace profiler = torch::autograd::profiler;

constexpr size_t kLongest = 12;

// Profiles from a step on until the last step's figures are there.
class ProfilingObserver : public RunObserver {
 public:
  explicit ProfilingObserver(const Plan& plan) : plan_(plan) {}

  // Asked once before each step.
  StopRequest ShouldStop() override {
    if (asked_++ == plan_.profile_after) Begin();
    if (running_) ++steps_;
    return StopRequest::kNone;
  }

  void OnMetric(DataSplit split, std::string_view name, int64_t step,
                double epoch, double value) override {
    if (running_ && step == plan_.steps) {
      result_ = profiler::disableProfiler();
      running_ = false;
    }
    RunObserver::OnMetric(split, name, step, epoch, value);
  }

  int64_t steps() const { return steps_; }
  const profiler::ProfilerResult* result() const { return result_.get(); }

 private:
  void Begin() {
    const profiler::ProfilerConfig config(profiler::ProfilerState::KINETO);
    std::set<profiler::ActivityType> activities = {profiler::ActivityType::CPU};
    if (plan_.device != "cpu") activities.insert(profiler::ActivityType::CUDA);
    profiler::prepareProfiler(config, activities);
    profiler::enableProfiler(config, activities);
    running_ = true;
  }

  const Plan& plan_;
  int64_t asked_ = 0;
  int64_t steps_ = 0;
  bool running_ = false;
  std::unique_ptr<profiler::ProfilerResult> result_;
};

// A time in which the device, or the host where that is the device, did one
// thing; in nanoseconds.
struct Interval {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// The length of what the intervals cover together.
uint64_t Covered(std::vector<Interval> intervals) {
  std::sort(
      intervals.begin(), intervals.end(),
      [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  uint64_t covered = 0;
  uint64_t end = 0;
  for (const Interval& one : intervals) {
    if (one.end <= end) continue;
    covered += one.end - std::max(one.begin, end);
    end = one.end;
  }
  return covered;
}

}  // namespace

absl::StatusOr<nlohmann::json> CheckProfile(const Plan& plan) {
  ProfilingObserver observer(plan);
  TUNESMITH_RETURN_IF_ERROR(TrainAsPlanned(plan, observer).status());
  if (observer.result() == nullptr) {
    return absl::InternalError("the run has too few steps for a profile");
  }
  const auto device = plan.device == "cpu" ? at::kCPU : at::kCUDA;
  std::vector<Interval> intervals;
  std::map<std::string, std::pair<uint64_t, int64_t>> by_name;
  int64_t copies = 0;
  for (const profiler::KinetoEvent& event : observer.result()->events()) {
    if (event.deviceType() != device || event.durationNs() == 0) continue;
    intervals.push_back({event.startNs(), event.endNs()});
    auto& [time, count] = by_name[event.name()];
    time += event.durationNs();
    ++count;
    copies += absl::StartsWith(event.name(), "Memcpy") ? 1 : 0;
  }
  const double steps = static_cast<double>(observer.steps());
  const double kernels = static_cast<double>(intervals.size()) - copies;
  if (intervals.empty()) return absl::InternalError("the profile is empty");
  uint64_t begin = intervals[0].begin;
  uint64_t end = intervals[0].end;
  for (const Interval& one : intervals) {
    begin = std::min(begin, one.begin);
    end = std::max(end, one.end);
  }
  std::vector<std::pair<std::string, std::pair<uint64_t, int64_t>>> longest(
      by_name.begin(), by_name.end());
  std::sort(longest.begin(), longest.end(), [](const auto& a, const auto& b) {
    return a.second.first > b.second.first;
  });
  longest.resize(std::min(longest.size(), kLongest));
  nlohmann::json names = nlohmann::json::array();
  for (const auto& [name, use] : longest) {
    names.push_back({{"name", name},
                     {"seconds_per_step", 1e-9 * use.first / steps},
                     {"count_per_step", use.second / steps}});
  }
  return nlohmann::json{
      {"steps", observer.steps()},
      {"seconds_per_step", 1e-9 * (end - begin) / steps},
      {"busy_seconds_per_step", 1e-9 * Covered(std::move(intervals)) / steps},
      {"kernels_per_step", kernels / steps},
      {"copies_per_step", copies / steps},
      {"longest", names}};
}

}  // namespace tunesmith::worker
