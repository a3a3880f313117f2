#include "worker/data/classification_data.h"

#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/labels.h"
#include "worker/data/sample_findings.h"
#include "worker/data/split.h"

namespace tunesmith::worker {
namespace {

// The rows of one split, with their labels' positions once those are known.
struct SplitRows {
  std::vector<LabelledSample> samples;
  std::vector<int32_t> labels;
};

// The rows at `indices`, moved out of `rows`.
SplitRows TakeRows(SplitRows& rows, std::span<const int32_t> indices) {
  SplitRows taken;
  for (int32_t i : indices) {
    taken.samples.push_back(std::move(rows.samples[i]));
    taken.labels.push_back(rows.labels[i]);
  }
  return taken;
}

class Preparation {
 public:
  Preparation(const ClassificationRequest& request, SampleKind& kind,
              std::vector<DataFinding>& findings,
              const std::function<bool()>& should_stop)
      : request_(request),
        kind_(kind),
        findings_(findings),
        should_stop_(should_stop) {}

  absl::StatusOr<ClassificationData> Run();

 private:
  absl::StatusOr<std::vector<LabelledSample>> Read(const TableFile& file);
  absl::Status ReadAll();
  void Split();
  absl::StatusOr<std::vector<Example>> Encode(const SplitRows& rows,
                                              std::string_view split);
  // Appends what `log` holds.
  void Keep(FindingLog log);

  const ClassificationRequest& request_;
  SampleKind& kind_;
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

absl::StatusOr<std::vector<LabelledSample>> Preparation::Read(
    const TableFile& file) {
  SampleSelection selection{.dataset = file.name,
                            .sample_column = request_.sample_column,
                            .label_column = request_.label_column,
                            .policy = request_.policy};
  FindingLog log;
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenTable(file.path, file.format));
  absl::StatusOr<std::vector<LabelledSample>> samples =
      ReadLabelledSamples(*table, selection, log, should_stop_);
  if (samples.ok()) {
    absl::Status status = kind_.Identify(file, *samples, log);
    if (!status.ok()) samples = status;
  }
  for (DataFinding& finding : log.Take()) {
    finding.message = absl::StrCat(file.name, ": ", finding.message);
    findings_.push_back(std::move(finding));
  }
  return samples;
}

absl::Status Preparation::ReadAll() {
  TUNESMITH_ASSIGN_OR_RETURN(training_.samples, Read(request_.training));
  TUNESMITH_ASSIGN_OR_RETURN(labels_,
                             ResolveLabels(request_.labels, training_.samples));
  TUNESMITH_ASSIGN_OR_RETURN(
      training_.labels,
      IndexLabels(labels_, training_.samples, request_.training.name));
  for (auto [file, rows, split] :
       {std::tuple(&request_.validation, &validation_, "validation"),
        std::tuple(&request_.test, &test_, "test")}) {
    if (!file->has_value()) continue;
    TUNESMITH_ASSIGN_OR_RETURN(rows->samples, Read(**file));
    TUNESMITH_ASSIGN_OR_RETURN(
        rows->labels, IndexLabels(labels_, rows->samples, (*file)->name));
    FindingLog log;
    kind_.FindOverlap(training_.samples, rows->samples, split, log);
    Keep(std::move(log));
  }
  return absl::OkStatus();
}

void Preparation::Split() {
  FindingLog log;
  FindConflictingLabels(training_.samples, kind_.noun(), log);
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
  FindingLog log;
  absl::StatusOr<std::vector<Example>> examples =
      kind_.Encode(rows.samples, rows.labels, split, log);
  Keep(std::move(log));
  return examples;
}

absl::StatusOr<ClassificationData> Preparation::Run() {
  TUNESMITH_RETURN_IF_ERROR(ReadAll());
  Split();
  ClassificationData data;
  TUNESMITH_ASSIGN_OR_RETURN(data.training, Encode(training_, "training"));
  TUNESMITH_ASSIGN_OR_RETURN(data.validation,
                             Encode(validation_, "validation"));
  TUNESMITH_ASSIGN_OR_RETURN(data.test, Encode(test_, "test"));
  data.training_counts = CountLabels(training_.labels, labels_.size());
  data.labels = std::move(labels_);
  return data;
}

}  // namespace

absl::StatusOr<ClassificationData> PrepareClassification(
    const ClassificationRequest& request, SampleKind& kind,
    std::vector<DataFinding>& findings,
    const std::function<bool()>& should_stop) {
  return Preparation(request, kind, findings, should_stop).Run();
}

}  // namespace tunesmith::worker
