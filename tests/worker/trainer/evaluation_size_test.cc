#include "worker/trainer/evaluation_size.h"

#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

std::vector<v1::Evaluation> Some() {
  std::vector<v1::Evaluation> evaluations;
  for (v1::Evaluation::Phase phase :
       {v1::Evaluation::BASELINE, v1::Evaluation::EPOCH,
        v1::Evaluation::FINAL}) {
    v1::Evaluation& one = evaluations.emplace_back();
    one.set_phase(phase);
    one.set_accuracy(0.5);
    for (int i = 0; i < 100; ++i) one.add_classes()->set_label("label");
    for (int i = 0; i < 10'000; ++i) one.add_confusion_matrix(1);
  }
  return evaluations;
}

size_t BytesOf(const std::vector<v1::Evaluation>& evaluations) {
  size_t bytes = 0;
  for (const v1::Evaluation& one : evaluations) bytes += one.ByteSizeLong();
  return bytes;
}

TEST(FitEvaluationsTest, WhatFitsStaysAsItIs) {
  std::vector<v1::Evaluation> evaluations = Some();
  FitEvaluations(BytesOf(evaluations), evaluations);
  EXPECT_EQ(BytesOf(evaluations), BytesOf(Some()));
}

TEST(FitEvaluationsTest, TheFinalTablesGoLast) {
  std::vector<v1::Evaluation> evaluations = Some();
  FitEvaluations(15'000, evaluations);
  EXPECT_EQ(evaluations[1].confusion_matrix_size(), 0);
  EXPECT_EQ(evaluations[1].classes_size(), 100);
  EXPECT_EQ(evaluations[2].confusion_matrix_size(), 10'000);
  FitEvaluations(11'000, evaluations);
  EXPECT_EQ(evaluations[1].classes_size(), 0);
  EXPECT_EQ(evaluations[2].confusion_matrix_size(), 10'000);
  FitEvaluations(1'000, evaluations);
  EXPECT_EQ(evaluations[2].confusion_matrix_size(), 0);
  EXPECT_EQ(evaluations[2].classes_size(), 100);
  FitEvaluations(100, evaluations);
  EXPECT_EQ(evaluations[2].classes_size(), 0);
  EXPECT_EQ(evaluations[2].accuracy(), 0.5);
}

}  // namespace
}  // namespace tunesmith::worker
