#include "absl/strings/str_cat.h"
#include "proto/contract/error.h"
#include "tests/integration/scripted_worker.h"

namespace tunesmith::testing {
namespace {

constexpr int kLayers = 2;
constexpr int kWidth = 8;

void AddParameter(internal::v1::ModelFacts& facts, const std::string& name,
                  v1::ModelParameter::Block block, int layer = -1) {
  v1::ModelParameter& parameter = *facts.add_parameters();
  parameter.set_name(name);
  parameter.add_shape(kWidth);
  parameter.add_shape(kWidth);
  parameter.set_block(block);
  if (layer >= 0) parameter.set_layer(layer);
}

void AddColumn(v1::Dataset& dataset, const std::string& name) {
  v1::DatasetColumn& column = *dataset.add_columns();
  column.set_name(name);
  column.set_type(v1::DatasetColumn::STRING);
  column.set_min_bytes(1);
  column.set_max_bytes(9);
  column.set_mean_bytes(5);
}

}  // namespace

internal::v1::ModelFacts TinyModelFacts() {
  internal::v1::ModelFacts facts;
  v1::Model& model = *facts.mutable_model();
  model.set_family("bert");
  model.add_tasks(v1::TEXT_CLASSIFICATION);
  model.set_parameter_count(4 * kWidth * kWidth);
  model.set_size_bytes(1024);
  model.set_dtype("F32");
  model.set_max_sequence_length(128);
  model.set_layer_count(kLayers);
  model.set_dropout(0.1);
  AddParameter(facts, "embeddings.word_embeddings.weight",
               v1::ModelParameter::EMBEDDINGS);
  for (int layer = 0; layer < kLayers; ++layer) {
    AddParameter(facts, absl::StrCat("encoder.layer.", layer, ".dense.weight"),
                 v1::ModelParameter::LAYER, layer);
  }
  AddParameter(facts, "pooler.dense.weight", v1::ModelParameter::POOLER);
  v1::TaskHead& head = *facts.add_heads();
  head.set_task(v1::TEXT_CLASSIFICATION);
  v1::ModelParameter& weight = *head.add_parameters();
  weight.set_name("classifier.weight");
  weight.add_shape(0);
  weight.add_shape(kWidth);
  weight.set_block(v1::ModelParameter::HEAD);
  return facts;
}

internal::v1::ModelFacts TinyPictureNetworkFacts() {
  internal::v1::ModelFacts facts = TinyModelFacts();
  v1::Model& model = *facts.mutable_model();
  model.set_family("resnet");
  model.set_tasks(0, v1::IMAGE_CLASSIFICATION);
  model.clear_max_sequence_length();
  v1::ImageInput& input = *model.mutable_image_input();
  input.set_size(32);
  input.set_resize_size(40);
  for (int channel = 0; channel < 3; ++channel) {
    input.add_mean(0.5);
    input.add_standard_deviation(0.25);
  }
  facts.mutable_heads(0)->set_task(v1::IMAGE_CLASSIFICATION);
  return facts;
}

v1::Dataset TinyDatasetFacts() {
  v1::Dataset facts;
  facts.set_row_count(20);
  AddColumn(facts, "text");
  AddColumn(facts, "label");
  v1::DatasetColumn& label = *facts.mutable_columns(1);
  for (const char* value : {"good", "bad"}) {
    v1::DatasetColumn::Value& counted = *label.add_values();
    counted.set_value(value);
    counted.set_count(10);
  }
  label.set_distinct_count(2);
  return facts;
}

std::string SubjectOf(const internal::v1::WorkItem& item) {
  switch (item.payload_case()) {
    case internal::v1::WorkItem::kTrain:
      return item.train().job();
    case internal::v1::WorkItem::kInspect:
      return item.inspect().dataset().name();
    case internal::v1::WorkItem::kImport:
      return item.import().model().name();
    case internal::v1::WorkItem::kPreview:
      return item.preview().dataset().name();
    case internal::v1::WorkItem::kPredict:
      return item.predict().model().name();
    case internal::v1::WorkItem::PAYLOAD_NOT_SET:
      return "";
  }
  return "";
}

internal::v1::WorkEvent OutcomeEvent(const absl::Status& error,
                                     bool retryable) {
  internal::v1::WorkEvent event;
  *event.mutable_outcome()->mutable_error() = ToRpcStatus(error);
  event.mutable_outcome()->set_retryable(retryable);
  return event;
}

internal::v1::WorkEvent LossEvent(int64_t step, double loss) {
  internal::v1::WorkEvent event;
  v1::Metric& metric = *event.mutable_metric();
  metric.set_name("loss");
  metric.set_value(loss);
  metric.set_step(step);
  metric.set_split(v1::TRAINING);
  return event;
}

}  // namespace tunesmith::testing
