#include "proto/contract/classification.h"

#include "absl/strings/str_cat.h"

namespace tunesmith {

template <typename Kind>
void Classification::PointInto(const Kind& kind) {
  label_column_ = &kind.label_column();
  labels_ = &kind.labels();
  class_weights_ = &kind.class_weights();
}

Classification::Classification(const v1::Task& task) {
  if (task.has_image_classification()) {
    type_ = v1::IMAGE_CLASSIFICATION;
    title_ = "image classification";
    name_ = "image_classification";
    sample_field_ = "image_column";
    sample_column_ = &task.image_classification().image_column();
    PointInto(task.image_classification());
  } else {
    type_ = v1::TEXT_CLASSIFICATION;
    title_ = "text classification";
    name_ = "text_classification";
    sample_field_ = "text_column";
    sample_column_ = &task.text_classification().text_column();
    PointInto(task.text_classification());
  }
}

std::string Classification::Field(std::string_view name) const {
  return absl::StrCat("task.", std::string(name_), ".", std::string(name));
}

google::protobuf::RepeatedPtrField<std::string>& MutableLabels(v1::Task& task) {
  return task.has_image_classification()
             ? *task.mutable_image_classification()->mutable_labels()
             : *task.mutable_text_classification()->mutable_labels();
}

}  // namespace tunesmith
