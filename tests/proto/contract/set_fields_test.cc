#include "proto/contract/set_fields.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;

TEST(SetFieldsTest, NamesEveryFieldThatIsSetWithItsValue) {
  v1::JobSpec spec;
  spec.set_base_model("models/\"tiny\"");
  auto& task = *spec.mutable_task()->mutable_text_classification();
  task.add_labels("ja");
  task.add_labels("n\xc3\xa9");
  auto& weight = *task.mutable_class_weights()->mutable_table()->add_weights();
  weight.set_label("n\xc3\xa9");
  weight.set_weight(2.5);
  auto& values = *spec.mutable_hyperparameters();
  values.set_learning_rate(0.1 + 0.2);
  values.mutable_schedule()->mutable_linear();
  values.set_label_smoothing(0);
  values.set_precision(v1::Hyperparameters::BF16);
  spec.mutable_evaluation()->set_baseline(false);
  spec.mutable_resources();
  spec.mutable_checkpoints()->mutable_period()->set_seconds(300);

  EXPECT_THAT(
      ListSetFields(spec),
      ElementsAre(
          FieldsAre("base_model", "models/\"tiny\""),
          FieldsAre("task.text_classification.labels", "ja, n\xc3\xa9"),
          FieldsAre("task.text_classification.class_weights.table.weights",
                    "label: \"n\xc3\xa9\" weight: 2.5"),
          FieldsAre("hyperparameters.learning_rate", "0.30000000000000004"),
          FieldsAre("hyperparameters.schedule.linear", "{}"),
          FieldsAre("hyperparameters.label_smoothing", "0"),
          FieldsAre("hyperparameters.precision", "BF16"),
          FieldsAre("evaluation.baseline", "false"),
          FieldsAre("resources", "{}"),
          FieldsAre("checkpoints.period.seconds", "300")));
}

TEST(SetFieldsTest, AnEmptyMessageHasNone) {
  EXPECT_THAT(ListSetFields(v1::JobSpec()), IsEmpty());
}

}  // namespace
}  // namespace tunesmith
