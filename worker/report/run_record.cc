#include "worker/report/run_record.h"

#include <utility>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"
#include "worker/report/software.h"

namespace tunesmith::worker {
namespace {

using Json = nlohmann::ordered_json;

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
  Json software = Json::object();
  for (SoftwareVersion& part : SoftwareVersions()) {
    software[part.name] = std::move(part.version);
  }
  return software;
}

Json ResultRecord(const FinishedRun& run) {
  const TrainingResult& result = run.result;
  Json early_stop;
  if (const auto& stop = result.early_stop) {
    early_stop = {{"step", stop->step},
                  {"epoch", stop->epoch},
                  {"best_step", stop->best_step},
                  {"best_value", stop->best_value}};
  }
  return {{"steps", result.steps},
          {"epochs", result.epochs},
          {"best_step", result.best_step},
          {"early_stop", std::move(early_stop)}};
}

Json MistakesRecord(const FinishedRun& run) {
  Json rows = Json::array();
  for (const SplitMistakes& mistakes : run.mistakes) {
    for (const ShownMistake& mistake : mistakes.rows) {
      Json& row = rows.emplace_back();
      row["split"] = tunesmith::v1::Split_Name(mistakes.split);
      row["row"] = mistake.row;
      if (!mistake.path.empty()) row["path"] = mistake.path;
      row["label"] = mistake.label;
      row["guess"] = mistake.guess;
      row["confidence"] = mistake.confidence;
    }
  }
  return rows;
}

Json TimingRecord(const FinishedRun& run) {
  const TrainingResult& result = run.result;
  Json energy;
  if (result.energy_joules.has_value()) energy = *result.energy_joules;
  return {
      {"start", TimeText(run.start_time)},
      {"first_batch", TimeText(result.first_batch_time)},
      {"first_step", TimeText(result.first_step_time)},
      {"end", TimeText(run.end_time)},
      {"preparation_seconds", absl::ToDoubleSeconds(run.preparation_time)},
      {"training_examples", result.training_examples},
      {"training_seconds", absl::ToDoubleSeconds(result.training_time)},
      {"evaluation_seconds", absl::ToDoubleSeconds(result.evaluation_time)},
      {"energy_joules", energy},
      {"checkpoints", result.checkpoints},
      {"checkpoint_seconds", absl::ToDoubleSeconds(result.checkpoint_time)}};
}

}  // namespace

absl::StatusOr<std::string> SerializeRunRecord(const FinishedRun& run) {
  const internal::v1::TrainWork& work = run.item.train();
  Json json = {
      {"version", 1}, {"job", work.job()}, {"attempt", run.item.attempt()}};
  TUNESMITH_ASSIGN_OR_RETURN(json["resolved_spec"], ToJson(work.spec()));
  json["defaulted_fields"] = work.defaulted_fields();
  TUNESMITH_ASSIGN_OR_RETURN(json["execution"], ToJson(run.execution));
  json["seed"] = work.spec().seed();
  json["inputs"] = InputsRecord(work);
  json["labels"] = run.labels;
  json["class_weights"] = run.class_weights;
  json["rows"] = {{"training", run.training_rows},
                  {"validation", run.validation_rows},
                  {"test", run.test_rows}};
  json["data"] = Json::array();
  for (const tunesmith::v1::DataSummary& summary : run.data) {
    TUNESMITH_ASSIGN_OR_RETURN(Json one, ToJson(summary));
    json["data"].push_back(std::move(one));
  }
  json["frozen_parameters"] = FrozenParameters(work);
  json["result"] = ResultRecord(run);
  json["evaluations"] = Json::array();
  for (const tunesmith::v1::Evaluation& evaluation : run.evaluations) {
    TUNESMITH_ASSIGN_OR_RETURN(Json one, ToJson(evaluation));
    json["evaluations"].push_back(std::move(one));
  }
  json["mistakes"] = MistakesRecord(run);
  json["timing"] = TimingRecord(run);
  json["software"] = SoftwareRecord();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tunesmith::worker
