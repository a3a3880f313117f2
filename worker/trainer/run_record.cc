#include "worker/trainer/run_record.h"

#include <sys/utsname.h>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

using Json = nlohmann::ordered_json;

// A release of Tunesmith, as the build says.
constexpr char kVersion[] = TUNESMITH_VERSION;

absl::StatusOr<Json> ToJson(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options)
           .ok()) {
    return absl::InternalError("a message of the run record has no JSON form");
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InternalError("a message of the run record has no JSON form");
  }
  return json;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

Json DatasetRecord(const internal::v1::DatasetInput& dataset) {
  return {{"name", dataset.name()},
          {"artifact", dataset.artifact().key()},
          {"manifest_sha256", dataset.artifact().manifest_sha256()}};
}

Json InputsRecord(const internal::v1::TrainWork& work) {
  Json inputs = {
      {"base_model",
       {{"name", work.base_model().name()},
        {"artifact", work.base_model().artifact().key()},
        {"manifest_sha256", work.base_model().artifact().manifest_sha256()}}},
      {"training", DatasetRecord(work.training())}};
  if (work.has_validation()) {
    inputs["validation"] = DatasetRecord(work.validation());
  }
  if (work.has_test()) inputs["test"] = DatasetRecord(work.test());
  return inputs;
}

Json FrozenParameters(const internal::v1::TrainWork& work) {
  Json names = Json::array();
  for (const auto& row : work.parameters()) {
    if (row.frozen()) names.push_back(row.parameter().name());
  }
  return names;
}

Json SoftwareRecord() {
  utsname system;
  if (uname(&system) != 0) return {{"tunesmith", kVersion}};
  return {{"tunesmith", kVersion},
          {"compiler", __VERSION__},
          {"torch", TUNESMITH_TORCH_VERSION},
          {"system", system.sysname},
          {"kernel", system.release},
          {"machine", system.machine}};
}

Json ResultRecord(const RunRecord& record) {
  const TrainingResult& result = record.result;
  return {{"steps", result.steps},
          {"epochs", result.epochs},
          {"best_step", result.best_step},
          {"stopped_early", result.stopped_early}};
}

Json TimingRecord(const RunRecord& record) {
  const TrainingResult& result = record.result;
  return {
      {"start", TimeText(record.start_time)},
      {"first_batch", TimeText(result.first_batch_time)},
      {"first_step", TimeText(result.first_step_time)},
      {"end", TimeText(record.end_time)},
      {"preparation_seconds", absl::ToDoubleSeconds(record.preparation_time)},
      {"training_examples", result.training_examples},
      {"training_seconds", absl::ToDoubleSeconds(result.training_time)},
      {"evaluation_seconds", absl::ToDoubleSeconds(result.evaluation_time)}};
}

}  // namespace

absl::StatusOr<std::string> SerializeRunRecord(const RunRecord& record) {
  const internal::v1::TrainWork& work = record.item.train();
  Json json = {
      {"version", 1}, {"job", work.job()}, {"attempt", record.item.attempt()}};
  TUNESMITH_ASSIGN_OR_RETURN(json["resolved_spec"], ToJson(work.spec()));
  TUNESMITH_ASSIGN_OR_RETURN(json["execution"], ToJson(record.execution));
  json["seed"] = work.spec().seed();
  json["inputs"] = InputsRecord(work);
  json["labels"] = record.labels;
  json["class_weights"] = record.class_weights;
  json["rows"] = {{"training", record.training_rows},
                  {"validation", record.validation_rows},
                  {"test", record.test_rows}};
  json["frozen_parameters"] = FrozenParameters(work);
  json["result"] = ResultRecord(record);
  json["evaluations"] = Json::array();
  for (const tunesmith::v1::Evaluation& evaluation : record.evaluations) {
    TUNESMITH_ASSIGN_OR_RETURN(Json one, ToJson(evaluation));
    json["evaluations"].push_back(std::move(one));
  }
  json["timing"] = TimingRecord(record);
  json["software"] = SoftwareRecord();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tunesmith::worker
