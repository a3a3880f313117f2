#include "worker/training/finite_check.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/aminmax.h"
#include "ATen/ops/stack.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/reason.h"

namespace tunesmith::worker {
namespace {

absl::Status Failure(absl::StatusCode code, const std::string& message) {
  return ReasonedError(code, "NUMERICAL_FAILURE", message);
}

// The first parameter or buffer that holds what is not finite; empty: none.
std::string BrokenTensor(const torch::nn::Module& network) {
  at::NoGradGuard no_gradients;
  std::vector<std::string> names;
  // Of each the least and the largest value, which are NaN where one is.
  std::vector<at::Tensor> bounds;
  auto look_at = [&](const auto& tensors) {
    for (const auto& item : tensors) {
      const at::Tensor& value = item.value();
      if (!value.is_floating_point() || value.numel() == 0) continue;
      auto [least, largest] = at::aminmax(value);
      names.push_back(item.key());
      bounds.push_back(least);
      bounds.push_back(largest);
    }
  };
  look_at(network.named_parameters());
  look_at(network.named_buffers());
  if (names.empty()) return "";
  // One reading, however many tensors there are.
  const at::Tensor host = at::stack(bounds).to(at::kCPU, at::kFloat);
  const float* bound = host.const_data_ptr<float>();
  for (size_t i = 0; i < names.size(); ++i, bound += 2) {
    if (!std::isfinite(bound[0]) || !std::isfinite(bound[1])) return names[i];
  }
  return "";
}

std::string_view NameOfSplit(DataSplit split) {
  switch (split) {
    case DataSplit::kTraining:
      return "training";
    case DataSplit::kValidation:
      return "validation";
    case DataSplit::kTest:
      return "test";
  }
  return "";
}

// "for 3 rows of validation data, the first of them row 12".
std::string BrokenRows(const EvaluationFigures& figures) {
  return absl::StrCat("for ", figures.broken_count,
                      figures.broken_count == 1 ? " row of " : " rows of ",
                      std::string(NameOfSplit(figures.split)),
                      " data, the first of them row ",
                      figures.first_broken_row.value_or(0));
}

// Why an untrained network gives what is not finite.
std::string CauseOf(const torch::nn::Module& network) {
  const std::string tensor = BrokenTensor(network);
  if (tensor.empty()) {
    return "its weights are finite, so either values of the rows or of the "
           "weights are too large for a network of this kind";
  }
  return absl::StrCat(
      "its tensor ", tensor,
      " holds NaN or infinity: import sound weights (the import checks each "
      "tensor)");
}

}  // namespace

std::string RowList(const std::vector<int64_t>& rows) {
  constexpr size_t kMaxRows = 64;
  const size_t shown = std::min(rows.size(), kMaxRows);
  return absl::StrCat(absl::StrJoin(std::span(rows).first(shown), ", "),
                      shown < rows.size() ? ", ..." : "");
}

absl::Status CheckBaseline(const EvaluationFigures& figures,
                           const torch::nn::Module& network) {
  if (std::isfinite(figures.loss)) return absl::OkStatus();
  return Failure(absl::StatusCode::kInvalidArgument,
                 absl::StrCat("before the first step, the base model gives "
                              "what is not finite ",
                              BrokenRows(figures), "; ", CauseOf(network)));
}

absl::Status CheckMeasured(const EvaluationFigures& figures,
                           const torch::nn::Module& network) {
  if (std::isfinite(figures.loss)) return absl::OkStatus();
  return Failure(absl::StatusCode::kInvalidArgument,
                 absl::StrCat("the model gives what is not finite ",
                              BrokenRows(figures), "; ", CauseOf(network)));
}

absl::Status FirstBatchError(const std::vector<int64_t>& rows,
                             const torch::nn::Module& network) {
  return Failure(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("before the first step, the loss of the base model on the "
                   "first batch is not finite; ",
                   CauseOf(network), "; rows of the batch: ", RowList(rows)));
}

absl::Status NothingLearned(int64_t steps, const std::vector<int64_t>& rows) {
  return Failure(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("none of ", steps,
                   " steps changed anything: loss or gradients were not "
                   "finite in all of them (look at class weights, label "
                   "smoothing and precision)",
                   rows.empty() ? "" : "; rows of the last one's batch: ",
                   RowList(rows)));
}

absl::Status CheckTrained(const torch::nn::Module& network) {
  const std::string tensor = BrokenTensor(network);
  if (tensor.empty()) return absl::OkStatus();
  return Failure(absl::StatusCode::kAborted,
                 absl::StrCat("after training, the tensor ", tensor,
                              " holds NaN or infinity (a lower learning_rate "
                              "may help)"));
}

absl::Status CheckTrained(const EvaluationFigures& figures) {
  if (figures.example_count == 0 || std::isfinite(figures.loss)) {
    return absl::OkStatus();
  }
  return Failure(
      absl::StatusCode::kAborted,
      absl::StrCat("after training, the network gives what is not "
                   "finite ",
                   BrokenRows(figures), " (a lower learning_rate may help)"));
}

}  // namespace tunesmith::worker
