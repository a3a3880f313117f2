#include "worker/trainer/work.h"

#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "worker/trainer/evaluate_work.h"
#include "worker/trainer/import_work.h"
#include "worker/trainer/inspect_work.h"
#include "worker/trainer/predict_work.h"
#include "worker/trainer/preview_work.h"
#include "worker/trainer/train_work.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using internal::v1::WorkItem;

absl::StatusOr<Outcome> Dispatch(const WorkContext& context) {
  const WorkItem& item = context.assignment.item();
  switch (item.payload_case()) {
    case WorkItem::kTrain:
      return item.train().spec().purpose() == tunesmith::v1::JobSpec::EVALUATE
                 ? DoEvaluateWork(item.train(), context)
                 : DoTrainWork(item.train(), context);
    case WorkItem::kInspect:
      return DoInspectWork(item.inspect(), context);
    case WorkItem::kImport:
      return DoImportWork(item.import(), context);
    case WorkItem::kPreview:
      return DoPreviewWork(item.preview(), context);
    case WorkItem::kPredict:
      return DoPredictWork(item.predict(), context);
    case WorkItem::PAYLOAD_NOT_SET:
      break;
  }
  return absl::UnimplementedError("work of a kind that this trainer lacks");
}

absl::StatusOr<Outcome> Guarded(const WorkContext& context) {
  try {
    return Dispatch(context);
  } catch (const std::bad_alloc&) {
    return ReasonedError(absl::StatusCode::kResourceExhausted, "OUT_OF_MEMORY",
                         "the host ran out of memory");
  } catch (const std::exception& e) {
    return ReasonedError(absl::StatusCode::kInternal, "INTERNAL",
                         absl::StrCat("unexpected exception: ", e.what()));
  }
}

// Texts that stem from a file may hold any bytes.
absl::Status WithReadableMessage(const absl::Status& status) {
  absl::Status result(status.code(), ToUtf8(std::string(status.message())));
  status.ForEachPayload(
      [&](absl::string_view type_url, const absl::Cord& payload) {
        result.SetPayload(type_url, payload);
      });
  return result;
}

}  // namespace

bool IsRetryable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
      // The same files would be written again.
      return ReasonOf(status) != "RESULT_DIFFERS";
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kUnavailable:
      return true;
    case absl::StatusCode::kResourceExhausted:
      // Everything that needs less was tried.
      return ReasonOf(status) != "OUT_OF_MEMORY";
    case absl::StatusCode::kAborted:
      // The same numbers would come out again.
      return ReasonOf(status) != "NUMERICAL_FAILURE";
    default:
      return false;
  }
}

Outcome DoWork(const WorkContext& context) {
  absl::StatusOr<Outcome> outcome = Guarded(context);
  if (outcome.ok()) return *std::move(outcome);
  absl::Status status = WithReadableMessage(outcome.status());
  if (status.code() == absl::StatusCode::kCancelled &&
      ReasonOf(status).empty()) {
    status = ReasonedError(status.code(), "CANCELLED",
                           std::string(status.message()));
  } else if (ReasonOf(status).empty()) {
    status =
        ReasonedError(status.code(), "INTERNAL", std::string(status.message()));
  }
  Outcome failure;
  failure.set_retryable(IsRetryable(status));
  *failure.mutable_error() = ToRpcStatus(status);
  return failure;
}

}  // namespace tunesmith::worker
