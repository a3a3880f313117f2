#include "server/metrics/server_gauges.h"

#include <string>

namespace tunesmith::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

constexpr v1::Slot::Purpose kPurposes[] = {
    v1::Slot::TRAINING, v1::Slot::AUXILIARY, v1::Slot::PREDICTION};
constexpr v1::StoredItem::Kind kStoredKinds[] = {
    v1::StoredItem::MODEL,       v1::StoredItem::DATASET,
    v1::StoredItem::CHECKPOINTS, v1::StoredItem::DATABASE,
    v1::StoredItem::LEFTOVER,    v1::StoredItem::QUARANTINED};

struct NamedSlotState {
  ServerLevels::SlotState state;
  const char* name;
};
constexpr NamedSlotState kSlotStates[] = {
    {ServerLevels::SlotState::kFree, "free"},
    {ServerLevels::SlotState::kBusy, "busy"},
    {ServerLevels::SlotState::kOutOfService, "out_of_service"},
    {ServerLevels::SlotState::kUnreachable, "unreachable"}};

MetricFamily MakeGauge(const char* name, const char* help) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void AddLevel(MetricFamily& family, std::vector<ClientMetric::Label> labels,
              int64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = static_cast<double>(value);
  family.metric.push_back(std::move(metric));
}

template <typename Map>
int64_t ValueOr0(const Map& map, const typename Map::key_type& key) {
  auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

void AddStorage(const ServerLevels& levels,
                std::vector<MetricFamily>& families) {
  MetricFamily stored = MakeGauge("tunesmith_stored_bytes",
                                  "What the data directory holds, by kind.");
  for (v1::StoredItem::Kind kind : kStoredKinds) {
    AddLevel(stored, {{"kind", v1::StoredItem::Kind_Name(kind)}},
             ValueOr0(levels.stored_bytes, kind));
  }
  MetricFamily free = MakeGauge("tunesmith_disk_free_bytes",
                                "Room on the data directory's disk.");
  AddLevel(free, {}, levels.disk_free_bytes);
  MetricFamily capacity = MakeGauge("tunesmith_disk_capacity_bytes",
                                    "Size of the data directory's disk.");
  AddLevel(capacity, {}, levels.disk_capacity_bytes);
  families.push_back(std::move(stored));
  families.push_back(std::move(free));
  families.push_back(std::move(capacity));
}

}  // namespace

ServerGauges::ServerGauges(absl::AnyInvocable<ServerLevels() const> read)
    : read_(std::move(read)) {}

std::vector<MetricFamily> ServerGauges::Collect() const {
  ServerLevels levels = read_();
  MetricFamily jobs = MakeGauge("tunesmith_jobs", "Jobs by state.");
  const google::protobuf::EnumDescriptor& states = *v1::Job::State_descriptor();
  for (int i = 0; i < states.value_count(); ++i) {
    auto state = static_cast<v1::Job::State>(states.value(i)->number());
    if (state == v1::Job::STATE_UNSPECIFIED) continue;
    AddLevel(jobs, {{"state", v1::Job::State_Name(state)}},
             ValueOr0(levels.jobs, state));
  }
  MetricFamily queue =
      MakeGauge("tunesmith_queue_depth", "Work items that wait, by purpose.");
  MetricFamily slots =
      MakeGauge("tunesmith_slots", "Places on workers, by purpose and state.");
  for (v1::Slot::Purpose purpose : kPurposes) {
    const std::string& name = v1::Slot::Purpose_Name(purpose);
    AddLevel(queue, {{"purpose", name}}, ValueOr0(levels.queue_depth, purpose));
    for (const NamedSlotState& state : kSlotStates) {
      AddLevel(slots, {{"purpose", name}, {"state", state.name}},
               ValueOr0(levels.slots, {purpose, state.state}));
    }
  }
  MetricFamily workers = MakeGauge("tunesmith_workers", "Workers by state.");
  const google::protobuf::EnumDescriptor& worker_states =
      *v1::Worker::State_descriptor();
  for (int i = 0; i < worker_states.value_count(); ++i) {
    auto state =
        static_cast<v1::Worker::State>(worker_states.value(i)->number());
    if (state == v1::Worker::STATE_UNSPECIFIED) continue;
    AddLevel(workers, {{"state", v1::Worker::State_Name(state)}},
             ValueOr0(levels.workers, state));
  }
  MetricFamily watchers =
      MakeGauge("tunesmith_watchers", "Open streams that follow a job.");
  AddLevel(watchers, {}, levels.watchers);
  std::vector<MetricFamily> families = {std::move(jobs), std::move(queue),
                                        std::move(slots), std::move(workers),
                                        std::move(watchers)};
  AddStorage(levels, families);
  return families;
}

}  // namespace tunesmith::server
