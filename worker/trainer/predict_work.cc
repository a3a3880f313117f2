#include "worker/trainer/predict_work.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "proto/contract/error.h"
#include "worker/data/archive.h"
#include "worker/data/encoding.h"
#include "worker/images/decode.h"
#include "worker/images/out_of_memory.h"
#include "worker/tokenizer/tokenizer.h"
#include "worker/tokenizer/tokenizer_files.h"
#include "worker/trainer/import_work.h"
#include "worker/training/predictor.h"

namespace tunesmith::worker {
namespace {

using internal::v1::PredictBatch;
using internal::v1::PredictBatchResult;
using tunesmith::v1::Prediction;
using tunesmith::v1::Sample;

// How long a model is held that nobody asks.
constexpr absl::Duration kPatience = absl::Minutes(1);

absl::Status BadSample(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "BAD_ROW", message);
}

// The samples of a batch that can be used, ready for the network, and where
// each is in the batch.
struct Usable {
  std::vector<Example> examples;
  std::vector<int> places;
};

// Turns samples into examples, as an evaluation does.
class SampleReader {
 public:
  virtual ~SampleReader() = default;

  // What cannot be used has its error put into `result`.
  virtual absl::StatusOr<Usable> Read(const PredictBatch& batch,
                                      PredictBatchResult& result) = 0;
  // Where samples turn out to be broken only when the network is given them:
  // takes these out of `usable`, likewise.
  virtual void LeaveOutBroken(const PredictBatch& batch, Usable& usable,
                              PredictBatchResult& result) {}
};

void Refuse(const absl::Status& why, Prediction& prediction) {
  *prediction.mutable_error() = ToRpcStatus(why);
}

class TextReader : public SampleReader {
 public:
  TextReader(std::unique_ptr<Tokenizer> tokenizer,
             const EncodingOptions& options)
      : tokenizer_(std::move(tokenizer)), options_(options) {}

  absl::StatusOr<Usable> Read(const PredictBatch& batch,
                              PredictBatchResult& result) override {
    Usable usable;
    std::vector<LabelledSample> texts;
    for (int i = 0; i < batch.samples_size(); ++i) {
      const std::string& text = batch.samples(i).text();
      if (text.find_first_not_of(" \t\r\n\v\f") == std::string::npos) {
        Refuse(BadSample(batch.samples(i).has_text()
                             ? "the text is empty"
                             : "the model is of texts, and this is none"),
               *result.mutable_predictions(i));
        continue;
      }
      texts.push_back({.row = i + 1, .sample = text, .label = {}});
      usable.places.push_back(i);
    }
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<EncodedText> encoded,
                               EncodeTexts(*tokenizer_, texts, options_));
    for (size_t i = 0; i < texts.size(); ++i) {
      usable.examples.push_back({.row = texts[i].row,
                                 .token_ids = std::move(encoded[i].token_ids),
                                 .label = 0,
                                 .picture = {}});
    }
    return usable;
  }

 private:
  const std::unique_ptr<Tokenizer> tokenizer_;
  const EncodingOptions options_;
};

// The pictures of a batch, which outlives it, as an archive of files.
class SampleArchive : public Archive {
 public:
  explicit SampleArchive(const PredictBatch& batch) : batch_(batch) {
    for (int i = 0; i < batch.samples_size(); ++i) {
      const std::string& bytes = batch.samples(i).image();
      files_.push_back({.path = absl::StrCat("sample ", i),
                        .size_bytes = static_cast<int64_t>(bytes.size())});
    }
  }

  const std::vector<File>& files() const override { return files_; }
  absl::StatusOr<std::string> Read(size_t index, int64_t) const override {
    return batch_.samples(static_cast<int>(index)).image();
  }

 private:
  const PredictBatch& batch_;
  std::vector<File> files_;
};

class PictureSampleReader : public SampleReader {
 public:
  explicit PictureSampleReader(int threads)
      : threads_(static_cast<size_t>(threads)) {}

  absl::StatusOr<Usable> Read(const PredictBatch& batch,
                              PredictBatchResult& result) override {
    auto archive = std::make_shared<const SampleArchive>(batch);
    Usable usable;
    for (int i = 0; i < batch.samples_size(); ++i) {
      if (!batch.samples(i).has_image()) {
        Refuse(BadSample("the model is of pictures, and this is none"),
               *result.mutable_predictions(i));
        continue;
      }
      usable.examples.push_back(
          {.row = i + 1,
           .token_ids = {},
           .label = 0,
           .picture = {archive, static_cast<size_t>(i), {}}});
      usable.places.push_back(i);
    }
    return usable;
  }

  void LeaveOutBroken(const PredictBatch& batch, Usable& usable,
                      PredictBatchResult& result) override {
    std::vector<absl::Status> looks(usable.places.size());
    ParallelFor(looks.size(), threads_, [&](size_t i) {
      looks[i] = LookAt(batch.samples(usable.places[i]));
    });
    Usable whole;
    for (size_t i = 0; i < looks.size(); ++i) {
      const int place = usable.places[i];
      if (looks[i].ok()) {
        whole.examples.push_back(std::move(usable.examples[i]));
        whole.places.push_back(place);
      } else {
        Refuse(looks[i], *result.mutable_predictions(place));
      }
    }
    usable = std::move(whole);
  }

 private:
  static absl::Status LookAt(const Sample& sample) {
    absl::Status status =
        CatchBadAlloc([&] { return DecodeImage(sample.image()).status(); });
    if (status.ok() || IsPictureOutOfMemory(status)) return status;
    return BadSample(ToUtf8(std::string(status.message())));
  }

  const size_t threads_;
};

absl::StatusOr<std::unique_ptr<SampleReader>> MakeReader(
    const std::string& directory, const ModelDescription& description,
    int threads) {
  if (description.image_input.has_value()) {
    return std::make_unique<PictureSampleReader>(threads);
  }
  TUNESMITH_ASSIGN_OR_RETURN(TokenizerFiles files,
                             ReadTokenizerFiles(directory));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                             Tokenizer::Parse(files.tokenizer.dump()));
  return std::make_unique<TextReader>(
      std::move(tokenizer),
      EncodingOptions{
          .max_length = TextLimit(files, description.max_sequence_length),
          .threads = threads,
          .vocabulary_size = VocabularySize(description)});
}

// The `top_k` most probable labels, the most probable first; of equal ones the
// first.
void AddScores(const std::vector<std::string>& labels,
               const std::vector<double>& probabilities, int top_k,
               Prediction& prediction) {
  std::vector<size_t> order(labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return probabilities[a] > probabilities[b];
  });
  order.resize(std::min(order.size(), static_cast<size_t>(std::max(top_k, 1))));
  for (size_t label : order) {
    Prediction::LabelScore& score = *prediction.add_scores();
    score.set_label(labels[label]);
    score.set_score(probabilities[label]);
  }
}

// Whether samples are to blame.
bool IsBroken(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "BAD_IMAGE" || reason == "INCOMPLETE_IMAGE";
}

absl::Status Answer(const PredictBatch& batch, SampleReader& reader,
                    Predictor& predictor,
                    const std::function<bool()>& should_stop,
                    PredictBatchResult& result) {
  for (int i = 0; i < batch.samples_size(); ++i) result.add_predictions();
  TUNESMITH_ASSIGN_OR_RETURN(Usable usable, reader.Read(batch, result));
  if (usable.examples.empty()) return absl::OkStatus();
  auto probabilities = predictor.Probabilities(usable.examples, should_stop);
  if (IsBroken(probabilities.status())) {
    reader.LeaveOutBroken(batch, usable, result);
    if (usable.examples.empty()) return absl::OkStatus();
    probabilities = predictor.Probabilities(usable.examples, should_stop);
  }
  TUNESMITH_RETURN_IF_ERROR(probabilities.status());
  for (size_t i = 0; i < usable.places.size(); ++i) {
    AddScores(predictor.description().head_labels, (*probabilities)[i],
              batch.top_k(), *result.mutable_predictions(usable.places[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<internal::v1::Outcome> DoPredictWork(
    const internal::v1::PredictWork& work, const WorkContext& context) {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string artifact,
      VerifiedArtifact(context.assignment, work.model().artifact()));
  const std::string directory = artifact + "/model";
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<Predictor> predictor,
      Predictor::Load(directory, context.device, context.threads));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<SampleReader> reader,
      MakeReader(directory, predictor->description(), context.threads));

  const internal::v1::WorkItem& item = context.assignment.item();
  auto should_stop = [&context] {
    return context.stop_request() == StopRequest::kCancel;
  };
  PredictBatchResult result;
  result.set_item_uid(item.uid());
  result.set_fence(item.fence());
  context.on_predicted(result);
  while (std::optional<PredictBatch> batch = context.next_batch(kPatience)) {
    result.clear_predictions();
    result.clear_error();
    result.set_number(batch->number());
    absl::Status status =
        Answer(*batch, *reader, *predictor, should_stop, result);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) {
      result.clear_predictions();
      *result.mutable_error() = ToRpcStatus(status);
    }
    context.on_predicted(result);
  }
  if (should_stop()) return absl::CancelledError("cancelled");
  internal::v1::Outcome outcome;
  outcome.mutable_predict();
  return outcome;
}

}  // namespace tunesmith::worker
