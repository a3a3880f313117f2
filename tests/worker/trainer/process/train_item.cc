#include "tests/worker/trainer/process/train_item.h"

#include <filesystem>
#include <fstream>

#include "tests/end_to_end/tiny_model.h"

namespace tunesmith::worker {
namespace {

// As the server resolves it.
void SetSpec(v1::JobSpec& spec) {
  auto& task = *spec.mutable_task()->mutable_text_classification();
  task.set_text_column("text");
  task.set_label_column("label");
  task.set_max_length(16);
  spec.set_seed(42);
  spec.mutable_data()->set_order(v1::Data::LENGTH_GROUPED);
  spec.mutable_data()->set_validation_fraction(0.2);
  auto& cleaning = *spec.mutable_data()->mutable_cleaning();
  cleaning.set_incomplete_rows(v1::CleaningPolicy::DROP_ROW);
  cleaning.set_invalid_utf8(v1::CleaningPolicy::DROP_ROW);
  cleaning.set_malformed_rows(v1::CleaningPolicy::FAIL);
  auto& hyper = *spec.mutable_hyperparameters();
  hyper.set_epochs(3);
  hyper.set_batch_size(8);
  hyper.set_learning_rate(5e-3);
  hyper.set_weight_decay(0.01);
  hyper.mutable_adamw()->set_beta1(0.9);
  hyper.mutable_adamw()->set_beta2(0.999);
  hyper.mutable_adamw()->set_epsilon(1e-8);
  hyper.mutable_schedule()->mutable_linear();
  hyper.set_warmup_fraction(0.1);
  hyper.set_max_gradient_norm(1);
  hyper.set_precision(v1::Hyperparameters::AUTO);
  hyper.set_dropout(0.1);
  spec.mutable_evaluation()->set_baseline(true);
  spec.mutable_evaluation()->set_keep_best(true);
  spec.mutable_evaluation()->set_primary_metric(v1::EvaluationPolicy::ACCURACY);
}

// The table comes from an import, as it does in the server.
void AddParameters(internal::v1::TrainWork& work) {
  ScratchDirectory scratch;
  testing::WriteTinyModel(scratch.File("model"));
  internal::v1::TrainerAssignment assignment;
  *assignment.mutable_item()
       ->mutable_import()
       ->mutable_model()
       ->mutable_artifact() = Stage(scratch.path(), "m1/1", assignment);
  ItemRun run = RunItem(assignment);
  ASSERT_EQ(run.Reason(), "") << run.outcome.error().message();
  const auto& facts = run.outcome.import().model();
  for (const auto& parameter : facts.parameters()) {
    *work.add_parameters()->mutable_parameter() = parameter;
  }
  for (const auto& parameter : facts.heads(0).parameters()) {
    *work.add_parameters()->mutable_parameter() = parameter;
  }
  for (auto& row : *work.mutable_parameters()) {
    row.set_learning_rate_factor(1);
  }
}

}  // namespace

void TrainItemTest::SetUp() {
  testing::WriteTinyModel(scratch_.File("base/model"));
  auto& work = *assignment_.mutable_item()->mutable_train();
  assignment_.mutable_item()->set_uid("item-1");
  assignment_.mutable_item()->set_attempt(1);
  work.set_job("jobs/one");
  work.mutable_base_model()->set_name("models/tiny");
  *work.mutable_base_model()->mutable_artifact() =
      Stage(scratch_.File("base"), "m1/1", assignment_);
  work.set_output_key("out/1");
  SetSpec(*work.mutable_spec());
  AddParameters(work);
  NewOutput("output");
}

internal::v1::DatasetInput TrainItemTest::Dataset(const std::string& name,
                                                  const std::string& content) {
  std::string directory = scratch_.File("data-" + name);
  std::filesystem::create_directory(directory);
  if (content.empty()) {
    testing::WriteTinyDataset(directory + "/data.csv");
  } else {
    std::ofstream(directory + "/data.csv", std::ios::binary) << content;
  }
  internal::v1::DatasetInput dataset;
  dataset.set_name("datasets/" + name);
  *dataset.mutable_artifact() = Stage(directory, name + "/1", assignment_);
  dataset.set_file_name("data.csv");
  dataset.mutable_format()->set_kind(v1::DatasetFormat::CSV);
  dataset.mutable_format()->set_delimiter(",");
  dataset.mutable_format()->set_quoted(true);
  dataset.mutable_format()->set_header(true);
  return dataset;
}

void TrainItemTest::NewOutput(const std::string& name) {
  output_ = scratch_.File(name);
  std::filesystem::create_directory(output_);
  assignment_.set_output_directory(output_);
}

}  // namespace tunesmith::worker
