// The number of threads is a matter of speed alone. That holds for matrices of
// a real network's size; the library cuts tiny ones up by threads.
#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "tests/worker/training/attempt.h"
#include "worker/models/description.h"

namespace tunesmith::worker {
namespace {

// Two steps of the default model, in which everything trains.
Plan TwoSteps() {
  Plan plan;
  TrainingInputs& inputs = plan.inputs;
  inputs.base_model_directory = TUNESMITH_MINILM_DIR;
  inputs.training = SomeExamples(32, 1);
  for (size_t i = 0; i < inputs.training.size(); ++i) {
    inputs.training[i].token_ids.resize(5 + i % 20, 7);
  }
  inputs.validation.clear();
  inputs.test.clear();
  TrainingOptions& options = plan.options;
  options.batch_size = 16;
  options.epochs = 1;
  options.schedule = {.kind = ScheduleKind::kConstant, .warmup_fraction = 0};
  options.checkpoints.at_end = false;
  options.parameters.clear();
  auto description = DescribeModel(TUNESMITH_MINILM_DIR);
  for (const auto* list : {&description->parameters, &description->head}) {
    for (const ParameterDescription& parameter : *list) {
      options.parameters.push_back({parameter.name});
    }
  }
  return plan;
}

std::string WeightsWith(int threads) {
  Plan plan = TwoSteps();
  plan.options.threads = threads;
  return Weights(*Begin(plan));
}

TEST(ThreadsTest, WeightsDoNotDependOnTheirNumber) {
  if (!std::filesystem::exists(TUNESMITH_MINILM_DIR)) {
    GTEST_SKIP() << "the default model is not at " << TUNESMITH_MINILM_DIR;
  }
  std::string one = WeightsWith(1);
  for (int threads : {2, 3}) {
    // As a boolean: nobody wants to see the bytes.
    EXPECT_TRUE(WeightsWith(threads) == one) << threads << " threads";
  }
}

}  // namespace
}  // namespace tunesmith::worker
