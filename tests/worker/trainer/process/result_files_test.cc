// A tokenizer that is not the one a model was trained with is noticed before
// anybody gets the model.
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "tests/end_to_end/tiny_model.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/training/fake_run.h"
#include "worker/models/description.h"
#include "worker/trainer/raw_samples.h"
#include "worker/training/result_check.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

constexpr char kRows[] =
    "text,label\nMy Invoice,billing\nThe Parcel is late,delivery\n"
    "refund please,billing\nCOURIER,delivery\nmy bill,billing\n"
    "the truck,delivery\nmoney,billing\nroad,delivery\n";

TEST(ResultFilesTest, AnotherTokenizerIsNoticed) {
  ScratchDirectory scratch;
  testing::WriteTinyModel(scratch.File("base"));
  const std::string column = "text";
  const std::vector<int64_t> rows = {1, 2, 3, 4, 5, 6, 7, 8};
  const TableFile file = {.name = "datasets/mail",
                          .path = scratch.Write("data.csv", kRows),
                          .format = {.kind = TableKind::kCsv}};
  auto encode = [&](const std::string& directory) {
    auto ids = EncodeRawTexts(
        directory,
        {.file = file, .column = column, .rows = rows, .max_length = 16});
    EXPECT_TRUE(ids.ok()) << ids.status();
    std::vector<Example> examples;
    for (size_t i = 0; i < rows.size(); ++i) {
      examples.push_back({.row = rows[i],
                          .token_ids = (*ids)[i],
                          .label = static_cast<int32_t>(i % 2)});
    }
    return examples;
  };
  TrainingInputs inputs = {.base_model_directory = scratch.File("base"),
                           .labels = {"billing", "delivery"},
                           .training = encode(scratch.File("base")),
                           .validation = {},
                           .test = {}};
  TrainingOptions options;
  options.epochs = 2;
  auto description = DescribeModel(scratch.File("base"));
  for (const auto* list : {&description->parameters, &description->head}) {
    for (const ParameterDescription& parameter : *list) {
      options.parameters.push_back({parameter.name});
    }
  }
  const std::string output = scratch.File("result");
  std::filesystem::create_directory(output);
  RecordingObserver observer;
  TickingClock clock;
  auto result =
      Train(inputs, options, {.output_directory = output}, observer, clock);
  ASSERT_TRUE(result.ok()) << result.status();
  auto check = [&] {
    return CheckResult({.directory = output,
                        .inputs = inputs,
                        .options = options,
                        .probe = result->probe,
                        .samples = encode(output)});
  };
  const absl::Status sound = check();
  EXPECT_TRUE(sound.ok()) << sound;

  const std::string path = output + "/tokenizer_config.json";
  nlohmann::json config = nlohmann::json::parse(ReadBytes(path));
  config["do_lower_case"] = false;
  std::ofstream(path) << config.dump();
  const absl::Status cased = check();
  EXPECT_EQ(ReasonOf(cased), "RESULT_DIFFERS");
  EXPECT_THAT(std::string(cased.message()),
              HasSubstr("tokens of row 1 of training data"));
}

}  // namespace
}  // namespace tunesmith::worker
