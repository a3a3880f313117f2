// A trainer that is given every kind of damaged picture beside sound ones names
// each of them and does its work.
#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/data/archive_file.h"
#include "tests/worker/images/damaged_pictures.h"
#include "tests/worker/images/image_cases.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/trainer_process.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;

class BadPicturesTest : public ::testing::TestWithParam<const char*> {
 protected:
  BadPicturesTest() {
    for (const auto& [name, bytes] : DamagedPictures()) {
      damaged_.emplace_back("cat/" + name, bytes);
    }
    content_ = damaged_;
    int number = 0;
    for (const ImageCase& one : AllImageCases()) {
      if (!one.expected.has_value()) continue;
      const char* folder = number++ % 2 == 0 ? "cat/" : "dog/";
      content_.emplace_back(absl::StrCat(folder, one.name, ".png"), one.file);
    }
    sound_ = number;
  }

  // The archive as a staged dataset. A zip has two bombs more: one that says
  // how long it is, and one that does not.
  internal::v1::DatasetInput Dataset() {
    const std::string name = GetParam();
    std::string archive = TarOf(content_);
    if (name == "data.zip") {
      archive = ZipBomb("cat/bomb.png", 0xfffffffe, ZipOf(content_));
      archive = ZipBomb("cat/lie.png", 2000, archive);
      damaged_.emplace_back("cat/bomb.png", "");
      damaged_.emplace_back("cat/lie.png", "");
    }
    std::filesystem::create_directory(scratch_.File("data"));
    scratch_.Write("data/" + name, archive);
    internal::v1::DatasetInput dataset;
    dataset.set_name("datasets/pictures");
    *dataset.mutable_artifact() =
        Stage(scratch_.File("data"), "d1/1", assignment_);
    dataset.set_file_name(name);
    dataset.mutable_format()->set_kind(v1::DatasetFormat::IMAGES);
    return dataset;
  }

  void ExpectThatEachIsNamed(const ItemRun& run) {
    std::set<std::string> named;
    for (const v1::Finding& finding :
         run.FindingsWith(v1::Finding::BAD_IMAGE)) {
      // A training names the dataset first.
      const size_t begin = finding.message().find("cat/");
      ASSERT_NE(begin, std::string::npos) << finding.message();
      const size_t end = finding.message().find(": ", begin);
      named.insert(finding.message().substr(begin, end - begin));
    }
    EXPECT_EQ(named.size(), damaged_.size());
    for (const auto& [path, bytes] : damaged_) {
      EXPECT_TRUE(named.contains(path)) << path;
    }
  }

  void StageModel(internal::v1::TrainWork& work);

  ScratchDirectory scratch_;
  internal::v1::TrainerAssignment assignment_;
  // By path.
  ArchiveContent damaged_;
  ArchiveContent content_;
  int64_t sound_ = 0;
};

// A small network of pictures, all of which trains.
void BadPicturesTest::StageModel(internal::v1::TrainWork& work) {
  std::filesystem::create_directory(scratch_.File("base"));
  std::filesystem::copy(TUNESMITH_GOLDEN_DIR "/resnet_basic_tiny",
                        scratch_.File("base/model"));
  std::filesystem::remove(scratch_.File("base/model/expected.safetensors"));
  work.mutable_base_model()->set_name("models/tiny");
  *work.mutable_base_model()->mutable_artifact() =
      Stage(scratch_.File("base"), "m1/1", assignment_);
  internal::v1::TrainerAssignment import = assignment_;
  *import.mutable_item()
       ->mutable_import()
       ->mutable_model()
       ->mutable_artifact() = work.base_model().artifact();
  ItemRun run = RunItem(import);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const auto& facts = run.outcome.import().model();
  for (const auto& parameter : facts.parameters()) {
    *work.add_parameters()->mutable_parameter() = parameter;
  }
  for (const auto& parameter : facts.heads(0).parameters()) {
    *work.add_parameters()->mutable_parameter() = parameter;
  }
  for (auto& row : *work.mutable_parameters()) row.set_learning_rate_factor(1);
}

void SetSpec(v1::JobSpec& spec) {
  auto& task = *spec.mutable_task()->mutable_image_classification();
  task.set_image_column("image");
  task.set_label_column("label");
  spec.set_seed(42);
  spec.mutable_data()->set_order(v1::Data::SHUFFLED);
  spec.mutable_data()->set_validation_fraction(0.3);
  auto& cleaning = *spec.mutable_data()->mutable_cleaning();
  cleaning.set_incomplete_rows(v1::CleaningPolicy::DROP_ROW);
  cleaning.set_invalid_utf8(v1::CleaningPolicy::DROP_ROW);
  cleaning.set_malformed_rows(v1::CleaningPolicy::FAIL);
  cleaning.set_unreadable_images(v1::CleaningPolicy::DROP_ROW);
  cleaning.set_max_dropped_fraction(1);
  auto& hyper = *spec.mutable_hyperparameters();
  hyper.set_epochs(1);
  hyper.set_batch_size(8);
  hyper.set_learning_rate(1e-3);
  hyper.mutable_adamw()->set_beta1(0.9);
  hyper.mutable_adamw()->set_beta2(0.999);
  hyper.mutable_adamw()->set_epsilon(1e-8);
  hyper.mutable_schedule()->mutable_constant();
  hyper.set_precision(v1::Hyperparameters::FP32);
  spec.mutable_evaluation()->set_keep_best(true);
  spec.mutable_evaluation()->set_primary_metric(v1::EvaluationPolicy::ACCURACY);
}

TEST_P(BadPicturesTest, InspectionNamesEach) {
  *assignment_.mutable_item()->mutable_inspect()->mutable_dataset() = Dataset();
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  ExpectThatEachIsNamed(run);
  EXPECT_EQ(run.outcome.inspect().facts().row_count(),
            sound_ + static_cast<int64_t>(damaged_.size()));
  EXPECT_EQ(run.outcome.inspect().facts().unusable_row_count(),
            static_cast<int64_t>(damaged_.size()));
}

TEST_P(BadPicturesTest, TrainingLeavesEachOutAndShowsItsMistakes) {
  internal::v1::TrainWork& work = *assignment_.mutable_item()->mutable_train();
  work.set_job("jobs/pictures");
  work.set_output_key("out/1");
  SetSpec(*work.mutable_spec());
  StageModel(work);
  *work.mutable_training() = Dataset();
  const std::string output = scratch_.File("output");
  std::filesystem::create_directory(output);
  assignment_.set_output_directory(output);
  ItemRun run = RunItem(assignment_);
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  ExpectThatEachIsNamed(run);

  auto record = nlohmann::json::parse(ReadBytes(output + "/run_record.json"));
  EXPECT_EQ(record["rows"]["training"].get<int64_t>() +
                record["rows"]["validation"].get<int64_t>(),
            sound_);
  const std::string report = ReadBytes(output + "/report.html");
  ASSERT_FALSE(record["mistakes"].empty());
  EXPECT_THAT(report, HasSubstr("src=\"data:image/png;base64,"));
  for (const auto& mistake : record["mistakes"]) {
    EXPECT_EQ(mistake["split"], "VALIDATION");
    EXPECT_NE(mistake["label"], mistake["guess"]);
    const std::string path = mistake["path"];
    EXPECT_EQ(path.substr(0, 3), mistake["label"]);
    EXPECT_THAT(report, HasSubstr(">" + path + "<"));
  }
}

INSTANTIATE_TEST_SUITE_P(Archives, BadPicturesTest,
                         ::testing::Values("data.zip", "data.tar"),
                         [](const auto& info) {
                           return std::string(info.param).substr(5);
                         });

}  // namespace
}  // namespace tunesmith::worker
