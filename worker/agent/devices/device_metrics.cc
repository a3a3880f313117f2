#include "worker/agent/devices/device_metrics.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

const char* NameOf(DeviceMetrics::Failure failure) {
  switch (failure) {
    case DeviceMetrics::Failure::kProbe:
      return "probe";
    case DeviceMetrics::Failure::kStart:
      return "start";
    case DeviceMetrics::Failure::kWork:
      return "work";
    case DeviceMetrics::Failure::kLost:
      return "lost";
  }
  return "";
}

// One family, a series for each GPU that has a figure.
class Family {
 public:
  Family(const char* name, const char* help, MetricType type) {
    family_.name = absl::StrCat("tunesmith_worker_device_", name);
    family_.help = help;
    family_.type = type;
  }

  template <typename Value>
  void Add(Labels labels, const std::optional<Value>& value) {
    if (!value.has_value()) return;
    ClientMetric metric;
    metric.label = std::move(labels);
    auto number = static_cast<double>(*value);
    if (family_.type == MetricType::Counter) {
      metric.counter.value = number;
    } else {
      metric.gauge.value = number;
    }
    family_.metric.push_back(std::move(metric));
  }

  void MoveTo(std::vector<MetricFamily>& families) {
    if (!family_.metric.empty()) families.push_back(std::move(family_));
  }

 private:
  MetricFamily family_;
};

// Families of one reading each.
struct ReadingFamily {
  const char* name;
  const char* help;
  MetricType type;
  std::optional<double> (*read)(const GpuReadings&);
};

template <auto Member>
std::optional<double> Get(const GpuReadings& readings) {
  const auto& value = readings.*Member;
  if (!value.has_value()) return std::nullopt;
  return static_cast<double>(*value);
}

constexpr ReadingFamily kReadingFamilies[] = {
    {"compute_utilization_ratio", "Share of the time in which a kernel ran",
     MetricType::Gauge, Get<&GpuReadings::compute_utilization>},
    {"memory_utilization_ratio",
     "Share of the time in which memory was read or written", MetricType::Gauge,
     Get<&GpuReadings::memory_utilization>},
    {"memory_bytes", "Memory of the device", MetricType::Gauge,
     Get<&GpuReadings::memory_bytes>},
    {"memory_used_bytes", "Memory in use, by anybody", MetricType::Gauge,
     Get<&GpuReadings::used_memory_bytes>},
    {"power_watts", "Power", MetricType::Gauge, Get<&GpuReadings::power_watts>},
    {"temperature_celsius", "Temperature of the die", MetricType::Gauge,
     Get<&GpuReadings::temperature_celsius>},
    {"energy_joules_total", "Energy since the driver was loaded",
     MetricType::Counter, Get<&GpuReadings::energy_joules>},
    {"ecc_corrected_errors_total",
     "Memory errors that were corrected since the driver was loaded",
     MetricType::Counter, Get<&GpuReadings::corrected_ecc_errors>},
    {"ecc_uncorrected_errors_total",
     "Memory errors that could not be corrected since the driver was loaded",
     MetricType::Counter, Get<&GpuReadings::uncorrected_ecc_errors>},
};

}  // namespace

DeviceMetrics::Figures& DeviceMetrics::FiguresOf(const Device& gpu) {
  Figures& figures = figures_[gpu.uuid];
  figures.device = gpu.id;
  return figures;
}

void DeviceMetrics::SetInService(const Device& gpu, bool in_service) {
  MutexLock lock(&mutex_);
  FiguresOf(gpu).in_service = in_service;
}

void DeviceMetrics::CountFailure(const Device& gpu, Failure failure) {
  MutexLock lock(&mutex_);
  ++FiguresOf(gpu).failures[failure];
}

void DeviceMetrics::SetReadings(const Device& gpu,
                                const GpuReadings& readings) {
  MutexLock lock(&mutex_);
  FiguresOf(gpu).readings = readings;
}

void DeviceMetrics::CountXid(const Device& gpu, int64_t xid) {
  MutexLock lock(&mutex_);
  Figures& figures = FiguresOf(gpu);
  ++figures.xids;
  figures.last_xid = xid;
}

std::vector<MetricFamily> DeviceMetrics::Collect() const {
  MutexLock lock(&mutex_);
  Family in_service("in_service", "Whether the device takes work",
                    MetricType::Gauge);
  Family failures("failures_total",
                  "Failures of the device, by what showed them",
                  MetricType::Counter);
  Family xids("xid_errors_total",
              "Critical errors that the driver reported while this worker ran",
              MetricType::Counter);
  Family last_xid("last_xid", "Number of the newest critical error",
                  MetricType::Gauge);
  std::vector<Family> readings;
  for (const ReadingFamily& family : kReadingFamilies) {
    readings.emplace_back(family.name, family.help, family.type);
  }
  for (const auto& [uuid, figures] : figures_) {
    const Labels labels = {{"device", figures.device}, {"uuid", uuid}};
    in_service.Add(labels, std::optional(figures.in_service));
    for (const auto& [failure, count] : figures.failures) {
      Labels with_cause = labels;
      with_cause.push_back({"cause", NameOf(failure)});
      failures.Add(std::move(with_cause), std::optional(count));
    }
    xids.Add(labels, std::optional(figures.xids));
    last_xid.Add(labels, figures.last_xid);
    for (size_t i = 0; i < readings.size(); ++i) {
      readings[i].Add(labels, kReadingFamilies[i].read(figures.readings));
    }
  }
  std::vector<MetricFamily> families;
  for (Family* family : {&in_service, &failures, &xids, &last_xid}) {
    family->MoveTo(families);
  }
  for (Family& family : readings) family.MoveTo(families);
  return families;
}

}  // namespace tunesmith::worker
