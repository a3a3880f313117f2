#include "worker/models/hugging_face_family.h"

#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/config_labels.h"
#include "worker/models/config_reader.h"
#include "worker/models/image_processor.h"

namespace tunesmith::worker {

std::vector<std::string> HuggingFaceFamily::LabelsOf(
    const nlohmann::json& config, int64_t count) const {
  return LabelsOfConfig(config, count);
}

std::string HuggingFaceFamily::HeadProblem(const nlohmann::json& config,
                                           int64_t count) const {
  auto problem = config.find("problem_type");
  if (problem != config.end() && problem->is_string() &&
      *problem != "single_label_classification") {
    return absl::StrCat("it was trained for ",
                        Printable(problem->get<std::string>()));
  }
  auto made_by = config.find("architectures");
  if (made_by != config.end() && made_by->is_array() && !made_by->empty() &&
      (*made_by)[0].is_string()) {
    const std::string& name = (*made_by)[0].get_ref<const std::string&>();
    // Heads of one name that look at a token, or at one of several texts.
    for (const char* other : {"ForTokenClassification", "ForMultipleChoice"}) {
      if (!name.ends_with(other)) continue;
      return absl::StrCat("it was trained as ", Printable(name));
    }
  }
  if (count == 1) return "it has one output, as of a regression";
  auto names = config.find("id2label");
  if (names == config.end() || !names->is_object() || names->empty() ||
      static_cast<int64_t>(names->size()) == count) {
    return "";
  }
  return absl::StrCat("it has ", count, " outputs, id2label of config.json ",
                      names->size(), " labels");
}

void HuggingFaceFamily::SetClassifier(const std::vector<std::string>& labels,
                                      nlohmann::json& config) const {
  config["architectures"] = {std::string(classifier_architecture())};
  config["problem_type"] = "single_label_classification";
  SetLabelsOfConfig(labels, config);
  config["dtype"] = "float32";
  // Older spelling of `dtype`, and a count that id2label already says.
  config.erase("torch_dtype");
  config.erase("num_labels");
  config.erase("_num_labels");
}

absl::StatusOr<ImageInputFacts> HuggingFaceFamily::ImageInput(
    const ModelConfig& config) const {
  if (image_processor().empty()) {
    return UnsupportedModelError("a network of texts is given no pictures");
  }
  if (!config.preprocessor.empty()) {
    return ImageInputOfProcessor(config.preprocessor, image_processor());
  }
  ImageInputFacts input = PublishedInput(config.network);
  input.crop_rounds_down = true;
  return input;
}

void HuggingFaceFamily::SetImageInput(const ImageInputFacts& input,
                                      ModelConfig& config) const {
  if (config.network.contains("image_size")) {
    config.network["image_size"] = input.size;
  }
  if (!config.preprocessor.empty()) {
    absl::StatusOr<ImageInputFacts> said = ImageInput(config);
    if (said.ok() && AreSame(*said, input)) return;
  }
  config.preprocessor = ProcessorOf(input);
}

}  // namespace tunesmith::worker
