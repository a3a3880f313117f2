#include "proto/contract/field_limits.h"

#include <string_view>

#include "google/api/field_behavior.pb.h"
#include "proto/contract/message_limits.h"

namespace tunesmith {
namespace {

using google::protobuf::FieldDescriptor;

constexpr char kPackage[] = "tunesmith.v1.";

// `jobs/{job}/checkpoints/{step}` has 94 bytes.
constexpr size_t kNameBytes = 256;
constexpr size_t kTextBytes = 256;
// Has a narrower rule, which is told with the request's other problems.
constexpr size_t kRuledTextBytes = 1 << 10;
// A name in somebody's file, a parameter of a network.
constexpr size_t kForeignNameBytes = 1 << 10;
// As the length of a path, each byte of it as %XX.
constexpr size_t kUriBytes = 12 << 10;
constexpr size_t kPathBytes = 4 << 10;
// Holds a name and what was listed last.
constexpr size_t kPageTokenBytes = 16 << 10;
constexpr int kClasses = 32768;
constexpr int kChannels = 3;

struct Entry {
  std::string_view name;
  FieldLimits limits;
};

// Fields that are called the same mean the same.
constexpr Entry kByName[] = {
    {"base_model", {.max_bytes = kNameBytes}},
    {"dataset", {.max_bytes = kNameBytes}},
    {"dataset_id", {.max_bytes = kNameBytes}},
    {"display_name", {.max_bytes = kRuledTextBytes}},
    {"etag", {.max_bytes = 128}},
    {"image_column", {.max_bytes = kForeignNameBytes}},
    {"job", {.max_bytes = kNameBytes}},
    {"job_id", {.max_bytes = kNameBytes}},
    {"label_column", {.max_bytes = kForeignNameBytes}},
    // Of resources, as in Kubernetes: [prefix/]name.
    {"labels",
     {.max_bytes = kTextBytes,
      .max_key_bytes = 253 + 1 + 63,
      .max_entries = 64}},
    {"model", {.max_bytes = kNameBytes}},
    {"model_id", {.max_bytes = kNameBytes}},
    {"name", {.max_bytes = kNameBytes}},
    {"page_token", {.max_bytes = kPageTokenBytes}},
    {"parent", {.max_bytes = kNameBytes}},
    {"reason", {.max_bytes = kRuledTextBytes}},
    {"request_id", {.max_bytes = kRuledTextBytes}},
    {"resource", {.max_bytes = kNameBytes}},
    {"sha256", {.max_bytes = 64}},
    {"split_column", {.max_bytes = kForeignNameBytes}},
    {"text_column", {.max_bytes = kForeignNameBytes}},
    {"uri", {.max_bytes = kUriBytes}},
};

// By full name, without the package; these come before kByName.
constexpr Entry kByFullName[] = {
    {"Augmentation.operations", {.max_entries = 64}},
    {"AugmentationOperation.Normalization.mean", {.max_entries = kChannels}},
    {"AugmentationOperation.Normalization.standard_deviation",
     {.max_entries = kChannels}},
    {"CancelJobsRequest.names", {.max_bytes = kNameBytes, .max_entries = 1000}},
    {"ClassWeights.Table.weights", {.max_entries = kClasses}},
    {"ClassWeights.Weight.label", {.max_bytes = kForeignNameBytes}},
    {"Data.test", {.max_bytes = kNameBytes}},
    {"Data.training", {.max_bytes = kNameBytes}},
    {"Data.validation", {.max_bytes = kNameBytes}},
    {"DatasetFormat.column_names",
     {.max_bytes = kTextBytes, .max_entries = 1024}},
    {"DatasetFormat.delimiter", {.max_bytes = 16}},
    {"DatasetFormat.manifest", {.max_bytes = kPathBytes}},
    {"FreezePolicy.Patterns.frozen",
     {.max_bytes = kForeignNameBytes, .max_entries = 1024}},
    {"FreezePolicy.Patterns.trainable",
     {.max_bytes = kForeignNameBytes, .max_entries = 1024}},
    {"Hyperparameters.LearningRateGroup.pattern",
     {.max_bytes = kForeignNameBytes}},
    {"Hyperparameters.learning_rate_groups", {.max_entries = 256}},
    {"ImageClassification.labels",
     {.max_bytes = kForeignNameBytes, .max_entries = kClasses}},
    {"ImageInput.mean", {.max_entries = kChannels}},
    {"ImageInput.standard_deviation", {.max_entries = kChannels}},
    {"JobFilter.labels",
     {.max_bytes = kTextBytes,
      .max_key_bytes = 253 + 1 + 63,
      .max_entries = 8}},
    // Each state a few times over.
    {"JobFilter.states", {.max_entries = 32}},
    {"ListMetricsRequest.metric_name", {.max_bytes = kTextBytes}},
    {"ListModelsRequest.family", {.max_bytes = kTextBytes}},
    {"Model.Origin.lineage", {.max_bytes = kNameBytes, .max_entries = 10000}},
    {"Model.Origin.revision", {.max_bytes = kTextBytes}},
    {"Model.Origin.source", {.max_bytes = kUriBytes}},
    {"Model.license", {.max_bytes = kTextBytes}},
    {"NetworkDescription.architecture", {.max_bytes = kTextBytes}},
    {"NetworkDescription.labels",
     {.max_bytes = kForeignNameBytes, .max_entries = kClasses}},
    {"PredictRequest.samples", {.max_entries = 256}},
    {"Sample.image", {.max_bytes = kMaxSampleBytes}},
    {"Sample.text", {.max_bytes = kMaxSampleBytes}},
    {"TextClassification.labels",
     {.max_bytes = kForeignNameBytes, .max_entries = kClasses}},
    {"UploadDatasetRequest.Header.file_name", {.max_bytes = 255}},
    {"UploadDatasetRequest.chunk", {.max_bytes = kMaxChunkBytes}},
    {"google.protobuf.FieldMask.paths",
     {.max_bytes = kTextBytes, .max_entries = 256}},
};

// Output-only fields that requests are read from all the same.
constexpr std::string_view kReadThoughOutput[] = {
    "Job.name",
    "Job.etag",
    // Its `revision`.
    "Model.origin",
};

std::string_view FullNameOf(const FieldDescriptor& field) {
  std::string_view name = field.full_name();
  if (name.substr(0, sizeof(kPackage) - 1) == kPackage) {
    name.remove_prefix(sizeof(kPackage) - 1);
  }
  return name;
}

template <size_t n>
std::optional<FieldLimits> Find(const Entry (&entries)[n],
                                std::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry.limits;
  }
  return std::nullopt;
}

bool IsOutputOnly(const FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) ==
        google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool NeedsLimits(const FieldDescriptor& field) {
  return field.is_repeated() ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsRead(const FieldDescriptor& field) {
  if (!IsOutputOnly(field)) return true;
  for (std::string_view name : kReadThoughOutput) {
    if (name == FullNameOf(field)) return true;
  }
  return false;
}

std::optional<FieldLimits> LimitsOf(const FieldDescriptor& field) {
  std::optional<FieldLimits> limits = Find(kByFullName, FullNameOf(field));
  if (!limits.has_value()) limits = Find(kByName, field.name());
  if (!limits.has_value()) return std::nullopt;
  // A convention for texts says nothing of a list of the same name.
  bool complete = (!field.is_repeated() || limits->max_entries > 0) &&
                  (!field.is_map() || limits->max_key_bytes > 0) &&
                  (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
                   limits->max_bytes > 0);
  return complete ? limits : std::nullopt;
}

size_t MaxMessageBytes(const google::protobuf::Descriptor& message) {
  return message.full_name() == "tunesmith.v1.PredictRequest" ? kMaxRequestBytes
                                                              : kMaxCallBytes;
}

}  // namespace tunesmith
