#include "server/api/trim_for_list.h"

namespace tunesmith::server {
namespace {

using Evaluations = google::protobuf::RepeatedPtrField<v1::Evaluation>;

void Trim(Evaluations& evaluations) {
  for (v1::Evaluation& evaluation : evaluations) {
    evaluation.clear_classes();
    evaluation.clear_confusion_matrix();
  }
}

template <typename Classification>
void TrimClasses(Classification& task) {
  task.clear_labels();
  if (task.class_weights().has_table()) {
    task.mutable_class_weights()->mutable_table()->clear_weights();
  }
}

void Trim(v1::JobSpec& spec) {
  v1::Task& task = *spec.mutable_task();
  switch (task.kind_case()) {
    case v1::Task::kTextClassification:
      return TrimClasses(*task.mutable_text_classification());
    case v1::Task::kImageClassification:
      return TrimClasses(*task.mutable_image_classification());
    case v1::Task::KIND_NOT_SET:
      return;
  }
}

}  // namespace

void TrimForList(v1::Job& job) {
  if (job.spec().has_task()) Trim(*job.mutable_spec());
  if (job.resolved_spec().has_task()) Trim(*job.mutable_resolved_spec());
  Trim(*job.mutable_evaluations());
  for (v1::DataSummary& summary : *job.mutable_data()) summary.clear_classes();
}

void TrimForList(v1::Model& model) { Trim(*model.mutable_evaluations()); }

void TrimForList(v1::Dataset& dataset) {
  for (v1::DatasetColumn& column : *dataset.mutable_columns()) {
    column.clear_values();
  }
}

}  // namespace tunesmith::server
