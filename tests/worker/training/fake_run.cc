#include "tests/worker/training/fake_run.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "worker/models/description.h"

namespace tunesmith::worker {

absl::StatusOr<std::string> FakeCheckpointStore::Begin(int64_t step) {
  std::filesystem::remove_all(PathOf(step));
  std::filesystem::create_directories(PathOf(step));
  return PathOf(step);
}

absl::Status FakeCheckpointStore::Seal(int64_t) { return seal_status; }

std::string FakeCheckpointStore::PathOf(int64_t step) const {
  return directory_ + "/" + std::to_string(step);
}

std::vector<Example> SomeExamples(int count, int first_row) {
  std::vector<Example> examples;
  for (int i = 0; i < count; ++i) {
    Example& example = examples.emplace_back();
    example.row = first_row + i;
    example.label = i * 7 % 3;
    example.token_ids = {1, 5 + example.label};
    for (int j = 0; j < (i * 5) % 9; ++j) {
      example.token_ids.push_back(10 + (i + j * 3) % 29);
    }
  }
  return examples;
}

TrainingInputs TinyInputs() {
  return {
      .base_model_directory = std::string(TUNESMITH_GOLDEN_DIR) + "/bert_tiny",
      .labels = {"a", "b", "c"},
      .training = SomeExamples(45, 1),
      .validation = SomeExamples(20, 101),
      .test = SomeExamples(11, 201)};
}

TrainingOptions TinyOptions() {
  TrainingOptions options;
  options.epochs = 2;
  options.batch_size = 8;
  options.learning_rate = 1e-3;
  options.dropout = 0.1;
  options.parameters = PlanFreezing({});
  return options;
}

void WriteBrokenModel(const std::string& tensor, int64_t index,
                      const std::string& directory) {
  std::filesystem::copy(TinyInputs().base_model_directory, directory);
  std::fstream file(directory + "/model.safetensors",
                    std::ios::in | std::ios::out | std::ios::binary);
  uint64_t header_bytes = 0;
  file.read(reinterpret_cast<char*>(&header_bytes), sizeof(header_bytes));
  std::string header(header_bytes, ' ');
  file.read(header.data(), static_cast<std::streamsize>(header_bytes));
  const int64_t offset =
      nlohmann::json::parse(header)[tensor]["data_offsets"][0];
  const float value = std::numeric_limits<float>::quiet_NaN();
  file.seekp(static_cast<int64_t>(sizeof(header_bytes) + header_bytes) +
             offset + index * static_cast<int64_t>(sizeof(float)));
  file.write(reinterpret_cast<const char*>(&value), sizeof(value));
}

void SpoilFirstBatch(TrainingInputs& inputs, TrainingOptions& options) {
  options.order = BatchOrder::kSequential;
  // Four times this weight is too large for a float.
  options.class_weights = {1, 1, 1e38};
  for (size_t i = 0; i < inputs.training.size(); ++i) {
    Example& example = inputs.training[i];
    example.label = i < 4 ? 2 : example.label % 2;
  }
}

std::vector<ParameterPlan> PlanFreezing(
    const std::vector<std::string>& frozen) {
  return PlanFreezing(std::string(TUNESMITH_GOLDEN_DIR) + "/bert_tiny", frozen);
}

std::vector<ParameterPlan> PlanFreezing(
    const std::string& model_directory,
    const std::vector<std::string>& frozen) {
  auto description = DescribeModel(model_directory);
  std::vector<ParameterPlan> plan;
  for (const auto* list : {&description->parameters, &description->head}) {
    for (const ParameterDescription& parameter : *list) {
      bool is_frozen = false;
      for (const std::string& beginning : frozen) {
        is_frozen = is_frozen || parameter.name.starts_with(beginning);
      }
      plan.push_back({parameter.name, is_frozen});
    }
  }
  for (const std::string& beginning : frozen) {
    EXPECT_TRUE(std::any_of(plan.begin(), plan.end(),
                            [&](const ParameterPlan& parameter) {
                              return parameter.name.starts_with(beginning);
                            }))
        << beginning;
  }
  return plan;
}

std::vector<ParameterPlan> PlanUnfreezing(
    const std::map<std::string, int64_t>& epochs) {
  std::vector<ParameterPlan> plan = PlanFreezing({});
  for (ParameterPlan& parameter : plan) {
    for (const auto& [beginning, epoch] : epochs) {
      if (!parameter.name.starts_with(beginning)) continue;
      parameter.trains_from_epoch = epoch;
      parameter.learning_rate_factor = 0.5;
    }
  }
  return plan;
}

}  // namespace tunesmith::worker
