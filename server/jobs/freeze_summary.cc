#include <cstdint>
#include <limits>
#include <set>

#include "server/jobs/freeze.h"

namespace tunesmith::server {
namespace {

using v1::ModelParameter;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kFp32Bytes = 4;
// Gradient and AdamW's two moments.
constexpr int64_t kTrainingStateValues = 3;

// Shapes come from files of strangers: sums and products stop at the largest
// number instead of running over.
int64_t Add(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? kMax : sum;
}

int64_t Multiply(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? kMax : product;
}

int64_t ElementCount(const ModelParameter& parameter) {
  int64_t count = 1;
  for (int64_t extent : parameter.shape()) {
    count = Multiply(count, extent < 0 ? 0 : extent);
  }
  return count;
}

// Whether the backward pass multiplies by it. Embeddings are looked up.
bool IsWeightMatrix(const ModelParameter& parameter) {
  return parameter.shape_size() >= 2 &&
         parameter.block() != ModelParameter::EMBEDDINGS;
}

bool TrainsIn(const v1::ParameterFreeze& row, int epoch) {
  return !row.frozen() && row.trains_from_epoch() <= epoch;
}

// A weight matrix of n values costs two products of n multiplications per row
// in the backward pass: one for the gradient of its input, one for its own.
// Below the first parameter that trains neither is computed; above it a frozen
// matrix saves its own. The input's gradient at the first trainable matrix is
// counted as computed.
double BackwardSavedFraction(const FreezeTable& table, int epoch) {
  double all = 0, saved = 0;
  bool below = true;
  for (const v1::ParameterFreeze& row : table.parameters) {
    bool trains = TrainsIn(row, epoch);
    below = below && !trains;
    if (!IsWeightMatrix(row.parameter())) continue;
    double size = static_cast<double>(ElementCount(row.parameter()));
    all += 2 * size;
    if (below) {
      saved += 2 * size;
    } else if (!trains) {
      saved += size;
    }
  }
  return all > 0 ? saved / all : 0;
}

v1::FreezeStage StageFrom(const FreezeTable& table, int epoch) {
  int64_t trainable = 0;
  for (const v1::ParameterFreeze& row : table.parameters) {
    if (!TrainsIn(row, epoch)) continue;
    trainable = Add(trainable, ElementCount(row.parameter()));
  }
  v1::FreezeStage stage;
  stage.set_from_epoch(epoch);
  stage.set_trainable_parameter_count(trainable);
  stage.set_training_state_bytes(
      Multiply(trainable, kTrainingStateValues * kFp32Bytes));
  stage.set_backward_saved_fraction(BackwardSavedFraction(table, epoch));
  return stage;
}

}  // namespace

v1::PreviewFreezeResponse SummarizeFreeze(const FreezeTable& table) {
  v1::PreviewFreezeResponse summary;
  int64_t frozen = 0;
  std::set<int> epochs = {0};
  for (const v1::ParameterFreeze& row : table.parameters) {
    *summary.add_parameters() = row;
    epochs.insert(row.trains_from_epoch());
    if (row.frozen()) frozen = Add(frozen, ElementCount(row.parameter()));
  }
  for (int epoch : epochs) *summary.add_stages() = StageFrom(table, epoch);
  const v1::FreezeStage& last = *summary.stages().rbegin();
  int64_t trainable = last.trainable_parameter_count();
  summary.set_trainable_parameter_count(trainable);
  summary.set_frozen_parameter_count(frozen);
  summary.set_trainable_bytes(Multiply(trainable, kFp32Bytes));
  summary.set_frozen_bytes(Multiply(frozen, kFp32Bytes));
  summary.set_training_state_bytes(last.training_state_bytes());
  summary.set_backward_saved_fraction(last.backward_saved_fraction());
  return summary;
}

}  // namespace tunesmith::server
