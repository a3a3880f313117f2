#include "server/jobs/defaulted_fields.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/jobs/resolve_spec.h"
#include "tests/server/jobs/sample_spec.h"

namespace tunesmith::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Defaulted(const v1::JobSpec& spec) {
  v1::Model model = SampleModel();
  internal::v1::ModelFacts facts = SampleFacts();
  v1::Dataset training =
      SampleDataset("datasets/train", {{"pos", 60}, {"neg", 40}});
  ResolvedSpec resolved = ResolveSpec(
      spec, {.model = &model, .facts = &facts, .training = &training}, "");
  EXPECT_THAT(resolved.violations, IsEmpty());
  return DefaultedFields(spec, resolved.spec);
}

TEST(DefaultedFieldsTest, AreThoseThatWereLeftOpen) {
  v1::JobSpec spec = SampleSpec();
  EXPECT_THAT(
      Defaulted(spec),
      AllOf(Contains("hyperparameters.batch_size"),
            Contains("hyperparameters.adamw.beta1"),
            Contains("hyperparameters.schedule.linear"),
            Contains("task.text_classification.labels"),
            Contains("hyperparameters.deterministic"),
            Contains("resources.device_memory_bytes"), Contains("freeze.none"),
            Contains("seed"), Not(Contains("base_model")),
            Not(Contains("data.training"))));
}

TEST(DefaultedFieldsTest, AValueThatIsGivenIsNoneEvenWhereItEqualsTheDefault) {
  v1::JobSpec spec = SampleSpec();
  spec.set_seed(42);
  spec.mutable_hyperparameters()->mutable_adamw()->set_beta1(0.9);
  spec.mutable_hyperparameters()->mutable_schedule()->mutable_linear();
  spec.mutable_hyperparameters()->set_deterministic(true);
  spec.mutable_freeze()->mutable_first_layers()->set_count(1);
  EXPECT_THAT(
      Defaulted(spec),
      AllOf(Not(Contains("seed")), Not(Contains("hyperparameters.adamw.beta1")),
            Contains("hyperparameters.adamw.beta2"),
            Not(Contains("hyperparameters.deterministic")),
            Not(Contains("hyperparameters.schedule.linear")),
            Not(Contains("freeze.first_layers.count")),
            Contains("freeze.first_layers.embeddings")));
}

TEST(DefaultedFieldsTest, AResolvedSpecHasNone) {
  v1::JobSpec spec = SampleSpec();
  EXPECT_THAT(DefaultedFields(spec, spec), IsEmpty());
}

}  // namespace
}  // namespace tunesmith::server
