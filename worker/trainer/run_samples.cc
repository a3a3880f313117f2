#include "worker/trainer/run_samples.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/encoding.h"
#include "worker/data/image_samples.h"
#include "worker/data/text_samples.h"
#include "worker/tokenizer/tokenizer.h"
#include "worker/trainer/import_work.h"

namespace tunesmith::worker {
namespace {

absl::StatusOr<std::unique_ptr<SampleKind>> MakeTexts(
    const SampleKindRequest& request, std::function<bool()> should_stop) {
  const EncodingOptions options{
      .max_length = request.spec.task().text_classification().max_length(),
      .threads = request.threads,
      .vocabulary_size = VocabularySize(request.model)};
  if (options.max_length < 1) {
    return absl::InternalError("the work item leaves max_length open");
  }
  const int limit = request.model.max_sequence_length;
  if (options.max_length > limit) {
    return ReasonedError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
                         absl::StrCat("max_length is above the model's limit "
                                      "of ",
                                      limit, ": ", options.max_length));
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      std::shared_ptr<const Tokenizer> tokenizer,
      Tokenizer::LoadFromModelDirectory(request.directory));
  return std::make_unique<TextSamples>(std::move(tokenizer), options,
                                       std::move(should_stop));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SampleKind>> MakeSampleKind(
    const SampleKindRequest& request, std::function<bool()> should_stop) {
  const bool of_texts = request.spec.task().has_text_classification();
  if (of_texts == request.model.image_input.has_value()) {
    return ReasonedError(absl::StatusCode::kInvalidArgument,
                         "TASK_NOT_SUPPORTED",
                         absl::StrCat("the base model is no network of ",
                                      of_texts ? "texts" : "pictures"));
  }
  if (of_texts) return MakeTexts(request, std::move(should_stop));
  return std::make_unique<ImageSamples>(static_cast<size_t>(request.threads),
                                        request.unreadable_images,
                                        std::move(should_stop));
}

}  // namespace tunesmith::worker
