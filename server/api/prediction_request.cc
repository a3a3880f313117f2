#include "server/api/prediction_request.h"

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "proto/contract/message_limits.h"
#include "server/api/ready_model.h"
#include "server/api/request_check.h"

namespace tunesmith::server {
namespace {

constexpr int kMaxSamples = 256;
// Samples whose problems are told one by one.
constexpr int kToldProblems = 8;

}  // namespace

absl::StatusOr<AskedModel> FindAskedModel(Connection& db,
                                          const std::string& tenant,
                                          const std::string& name) {
  RequestCheck check;
  std::string id = check.Name("model", ResourceKind::kModel, name);
  TUNESMITH_RETURN_IF_ERROR(check.ToStatus());
  TUNESMITH_ASSIGN_OR_RETURN(ModelRow row, GetReadyModel(db, tenant, id));
  if (row.model.head_labels().empty()) {
    return InvalidFieldsError(
        {{"model", absl::StrCat("the model has no head that names its labels: "
                                "fine-tune it first: ",
                                name)}},
        v1::ERROR_REASON_TASK_NOT_SUPPORTED);
  }
  return AskedModel{
      .key = {.tenant = tenant, .name = name, .uid = row.model.uid()},
      .takes_images = row.model.has_image_input(),
      .label_count = row.model.head_labels_size()};
}

absl::Status CheckSamples(const AskedModel& model,
                          const v1::PredictRequest& request) {
  RequestCheck check;
  if (request.samples().empty() || request.samples_size() > kMaxSamples) {
    check.Add("samples", absl::StrCat("must be 1 to ", kMaxSamples,
                                      ", got: ", request.samples_size()));
  }
  if (request.has_top_k() && request.top_k() < 1) {
    check.Add("top_k",
              absl::StrCat("must be at least 1, got: ", request.top_k()));
  }
  size_t bytes = 0;
  int wrong = 0;
  for (int i = 0; i < request.samples_size(); ++i) {
    const v1::Sample& sample = request.samples(i);
    bytes += sample.ByteSizeLong();
    const bool fits =
        model.takes_images ? sample.has_image() : sample.has_text();
    if (fits || ++wrong > kToldProblems) continue;
    check.Add(
        absl::StrCat("samples[", i, "]"),
        absl::StrCat("must be ", model.takes_images ? "an image" : "a text",
                     ", as the model takes"));
  }
  if (bytes > kMaxSampleBytes) {
    check.Add("samples", absl::StrCat("must have at most ", kMaxSampleBytes,
                                      " bytes together, got: ", bytes,
                                      "; spread them over several requests"));
  }
  return check.ToStatus();
}

int TopK(const AskedModel& model, const v1::PredictRequest& request) {
  return request.has_top_k() ? request.top_k() : model.label_count;
}

absl::Status NoAnswerInTime(absl::Duration waited) {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, v1::ERROR_REASON_NO_WORKER_IN_TIME,
      absl::StrCat(
          "no worker has answered in time (ListWorkers shows what they "
          "do; tunesmith-worker offers places for predictions with "
          "--prediction-slots), waited: ",
          absl::FormatDuration(waited)));
}

}  // namespace tunesmith::server
