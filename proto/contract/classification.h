#ifndef TUNESMITH_PROTO_CONTRACT_CLASSIFICATION_H_
#define TUNESMITH_PROTO_CONTRACT_CLASSIFICATION_H_

#include <string>
#include <string_view>

#include "tunesmith/v1/job_spec.pb.h"
#include "tunesmith/v1/model.pb.h"

namespace tunesmith {

// What all tasks have that choose one label, whatever they look at. Points into
// a task, which outlives it; a task without a kind looks like an empty text
// classification.
class Classification {
 public:
  explicit Classification(const v1::Task& task);

  v1::TaskType type() const { return type_; }
  // For people: "text classification".
  std::string_view title() const { return title_; }

  // Path of one of its fields within a JobSpec, for example
  // "task.text_classification.labels".
  std::string Field(std::string_view name) const;

  // The field that names the column with what is classified, "text_column",
  // and its value.
  std::string_view sample_field() const { return sample_field_; }
  const std::string& sample_column() const { return *sample_column_; }

  const std::string& label_column() const { return *label_column_; }
  const google::protobuf::RepeatedPtrField<std::string>& labels() const {
    return *labels_;
  }
  const v1::ClassWeights& class_weights() const { return *class_weights_; }

 private:
  template <typename Kind>
  void PointInto(const Kind& kind);

  v1::TaskType type_;
  std::string_view title_;
  std::string_view name_;
  std::string_view sample_field_;
  const std::string* sample_column_;
  const std::string* label_column_;
  const google::protobuf::RepeatedPtrField<std::string>* labels_;
  const v1::ClassWeights* class_weights_;
};

google::protobuf::RepeatedPtrField<std::string>& MutableLabels(v1::Task& task);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_CLASSIFICATION_H_
