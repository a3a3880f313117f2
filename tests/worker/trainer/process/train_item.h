#ifndef TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAIN_ITEM_H_
#define TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAIN_ITEM_H_

#include <string>

#include "gtest/gtest.h"
#include "tests/worker/scratch_directory.h"
#include "tests/worker/trainer/process/trainer_process.h"
#include "tunesmith/internal/v1/work.pb.h"

namespace tunesmith::worker {

// A training of the tiny model, as the server assigns it, without its data.
class TrainItemTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // Stages a table; an empty `content` stands for the tiny dataset.
  internal::v1::DatasetInput Dataset(const std::string& name,
                                     const std::string& content);

  internal::v1::TrainWork& work() {
    return *assignment_.mutable_item()->mutable_train();
  }
  tunesmith::v1::TextClassification& task() {
    return *work()
                .mutable_spec()
                ->mutable_task()
                ->mutable_text_classification();
  }
  // The result of the next run goes to an empty directory.
  void NewOutput(const std::string& name);

  ScratchDirectory scratch_;
  internal::v1::TrainerAssignment assignment_;
  std::string output_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_TRAINER_PROCESS_TRAIN_ITEM_H_
