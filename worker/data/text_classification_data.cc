#include "worker/data/text_classification_data.h"

#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/labels.h"
#include "worker/data/split.h"
#include "worker/data/text_findings.h"

namespace tunesmith::worker {
namespace {

// The rows of one split, with their labels' positions once those are known.
struct SplitRows {
  std::vector<LabelledText> texts;
  std::vector<int32_t> labels;
};

// The rows at `indices`, moved out of `rows`.
SplitRows TakeRows(SplitRows& rows, std::span<const int32_t> indices) {
  SplitRows taken;
  for (int32_t i : indices) {
    taken.texts.push_back(std::move(rows.texts[i]));
    taken.labels.push_back(rows.labels[i]);
  }
  return taken;
}

class Preparation {
 public:
  Preparation(const TextClassificationRequest& request,
              const Tokenizer& tokenizer, std::vector<DataFinding>& findings,
              const std::function<bool()>& should_stop)
      : request_(request),
        tokenizer_(tokenizer),
        findings_(findings),
        should_stop_(should_stop) {}

  absl::StatusOr<TextClassificationData> Run();

 private:
  absl::StatusOr<std::vector<LabelledText>> Read(const TableFile& file);
  absl::Status ReadAll();
  void Split();
  absl::StatusOr<std::vector<Example>> Encode(const SplitRows& rows,
                                              std::string_view split);
  // Appends what `log` holds.
  void Keep(FindingLog log);

  const TextClassificationRequest& request_;
  const Tokenizer& tokenizer_;
  std::vector<DataFinding>& findings_;
  const std::function<bool()>& should_stop_;
  std::vector<std::string> labels_;
  SplitRows training_;
  SplitRows validation_;
  SplitRows test_;
};

void Preparation::Keep(FindingLog log) {
  for (DataFinding& finding : log.Take()) {
    findings_.push_back(std::move(finding));
  }
}

absl::StatusOr<std::vector<LabelledText>> Preparation::Read(
    const TableFile& file) {
  TextSelection selection{.dataset = file.name,
                          .text_column = request_.text_column,
                          .label_column = request_.label_column,
                          .policy = request_.policy};
  FindingLog log;
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenTable(file.path, file.format));
  absl::StatusOr<std::vector<LabelledText>> texts =
      ReadLabelledTexts(*table, selection, log, should_stop_);
  for (DataFinding& finding : log.Take()) {
    finding.message = absl::StrCat(file.name, ": ", finding.message);
    findings_.push_back(std::move(finding));
  }
  return texts;
}

absl::Status Preparation::ReadAll() {
  TUNESMITH_ASSIGN_OR_RETURN(training_.texts, Read(request_.training));
  TUNESMITH_ASSIGN_OR_RETURN(labels_,
                             ResolveLabels(request_.labels, training_.texts));
  TUNESMITH_ASSIGN_OR_RETURN(
      training_.labels,
      IndexLabels(labels_, training_.texts, request_.training.name));
  for (auto [file, rows, split] :
       {std::tuple(&request_.validation, &validation_, "validation"),
        std::tuple(&request_.test, &test_, "test")}) {
    if (!file->has_value()) continue;
    TUNESMITH_ASSIGN_OR_RETURN(rows->texts, Read(**file));
    TUNESMITH_ASSIGN_OR_RETURN(
        rows->labels, IndexLabels(labels_, rows->texts, (*file)->name));
    FindingLog log;
    FindSplitOverlap(training_.texts, rows->texts, split, log);
    Keep(std::move(log));
  }
  return absl::OkStatus();
}

void Preparation::Split() {
  FindingLog log;
  FindConflictingLabels(training_.texts, log);
  std::vector<int64_t> counts = CountLabels(training_.labels, labels_.size());
  if (!request_.validation.has_value()) {
    SplitIndices indices =
        SplitStratified(training_.labels, labels_.size(),
                        request_.validation_fraction, request_.seed);
    SplitRows all = std::move(training_);
    training_ = TakeRows(all, indices.training);
    validation_ = TakeRows(all, indices.validation);
  }
  FindClassProblems(labels_, counts,
                    CountLabels(validation_.labels, labels_.size()), log);
  Keep(std::move(log));
}

absl::StatusOr<std::vector<Example>> Preparation::Encode(
    const SplitRows& rows, std::string_view split) {
  TUNESMITH_ASSIGN_OR_RETURN(EncodedExamples encoded,
                             EncodeExamples(tokenizer_, rows.texts, rows.labels,
                                            request_.encoding, should_stop_));
  FindingLog log;
  FindTruncatedTexts(encoded.truncated, static_cast<int64_t>(rows.texts.size()),
                     request_.encoding.max_length, split, log);
  Keep(std::move(log));
  return std::move(encoded.examples);
}

absl::StatusOr<TextClassificationData> Preparation::Run() {
  TUNESMITH_RETURN_IF_ERROR(ReadAll());
  Split();
  TextClassificationData data;
  TUNESMITH_ASSIGN_OR_RETURN(data.training, Encode(training_, "training"));
  TUNESMITH_ASSIGN_OR_RETURN(data.validation,
                             Encode(validation_, "validation"));
  TUNESMITH_ASSIGN_OR_RETURN(data.test, Encode(test_, "test"));
  data.training_counts = CountLabels(training_.labels, labels_.size());
  data.labels = std::move(labels_);
  return data;
}

}  // namespace

absl::StatusOr<TextClassificationData> PrepareTextClassification(
    const TextClassificationRequest& request, const Tokenizer& tokenizer,
    std::vector<DataFinding>& findings,
    const std::function<bool()>& should_stop) {
  return Preparation(request, tokenizer, findings, should_stop).Run();
}

}  // namespace tunesmith::worker
