#ifndef TUNESMITH_TESTS_SERVER_JOBS_SAMPLE_SPEC_H_
#define TUNESMITH_TESTS_SERVER_JOBS_SAMPLE_SPEC_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/job_spec.pb.h"
#include "tunesmith/v1/model.pb.h"

namespace tunesmith::server {

// The least that a job can say.
inline v1::JobSpec SampleSpec() {
  v1::JobSpec spec;
  spec.set_base_model("models/bert");
  spec.mutable_task()->mutable_text_classification();
  spec.mutable_data()->set_training("datasets/train");
  return spec;
}

inline void AddParameter(
    google::protobuf::RepeatedPtrField<v1::ModelParameter>& list,
    const std::string& name, std::initializer_list<int64_t> shape,
    v1::ModelParameter::Block block, int layer = -1) {
  v1::ModelParameter& parameter = *list.Add();
  parameter.set_name(name);
  for (int64_t extent : shape) parameter.add_shape(extent);
  parameter.set_block(block);
  if (layer >= 0) parameter.set_layer(layer);
}

// A network of `layers` layers with a pooler and a head; width 4.
inline internal::v1::ModelFacts SampleFacts(int layers = 2) {
  using v1::ModelParameter;
  internal::v1::ModelFacts facts;
  auto& parameters = *facts.mutable_parameters();
  AddParameter(parameters, "bert.embeddings.word_embeddings.weight", {100, 4},
               ModelParameter::EMBEDDINGS);
  for (int i = 0; i < layers; ++i) {
    std::string layer = "bert.encoder.layer." + std::to_string(i);
    AddParameter(parameters, layer + ".dense.weight", {4, 4},
                 ModelParameter::LAYER, i);
    AddParameter(parameters, layer + ".dense.bias", {4}, ModelParameter::LAYER,
                 i);
  }
  AddParameter(parameters, "bert.pooler.dense.weight", {4, 4},
               ModelParameter::POOLER);
  v1::TaskHead& head = *facts.add_heads();
  head.set_task(v1::TEXT_CLASSIFICATION);
  AddParameter(*head.mutable_parameters(), "classifier.weight", {0, 4},
               ModelParameter::HEAD);
  AddParameter(*head.mutable_parameters(), "classifier.bias", {0},
               ModelParameter::HEAD);
  return facts;
}

inline v1::Model SampleModel(int layers = 2) {
  v1::Model model;
  model.set_name("models/bert");
  model.set_state(v1::Model::READY);
  model.set_family("bert");
  model.add_tasks(v1::TEXT_CLASSIFICATION);
  model.set_max_sequence_length(512);
  model.set_layer_count(layers);
  model.set_dropout(0.1);
  return model;
}

// READY, with columns "text" and "label"; `labels`: value and rows.
inline v1::Dataset SampleDataset(
    const std::string& name,
    std::initializer_list<std::pair<const char*, int>> labels) {
  v1::Dataset dataset;
  dataset.set_name(name);
  dataset.set_state(v1::Dataset::READY);
  v1::DatasetColumn& text = *dataset.add_columns();
  text.set_name("text");
  text.set_type(v1::DatasetColumn::STRING);
  v1::DatasetColumn& label = *dataset.add_columns();
  label.set_name("label");
  label.set_type(v1::DatasetColumn::STRING);
  int rows = 0;
  for (const auto& [value, count] : labels) {
    v1::DatasetColumn::Value& added = *label.add_values();
    added.set_value(value);
    added.set_count(count);
    rows += count;
  }
  label.set_distinct_count(static_cast<int64_t>(labels.size()));
  dataset.set_row_count(rows);
  return dataset;
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_JOBS_SAMPLE_SPEC_H_
