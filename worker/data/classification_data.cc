#include "worker/data/classification_data.h"

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/label_findings.h"
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

// One file as it was read.
struct ReadFile {
  const TableFile* file = nullptr;
  RowTally tally;
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

// Of each row, the position of the first one with the same sample.
std::vector<int32_t> FirstSame(const std::vector<LabelledSample>& rows) {
  std::unordered_map<std::string_view, int32_t> first;
  std::vector<int32_t> positions;
  positions.reserve(rows.size());
  for (const LabelledSample& row : rows) {
    positions.push_back(
        first.try_emplace(row.sample, static_cast<int32_t>(positions.size()))
            .first->second);
  }
  return positions;
}

std::map<std::string, int64_t> CountByLabel(
    std::initializer_list<const std::vector<LabelledSample>*> parts) {
  std::map<std::string, int64_t> counts;
  for (const std::vector<LabelledSample>* rows : parts) {
    for (const LabelledSample& row : *rows) ++counts[row.label];
  }
  return counts;
}

// Counts rows of `before` that are no longer there: their pictures cannot be
// read. Both are in the order of the rows.
void CountUnreadable(const std::vector<LabelledSample>& before,
                     const std::vector<LabelledSample>& after,
                     RowTally& tally) {
  size_t next = 0;
  for (const LabelledSample& row : before) {
    if (next < after.size() && after[next].row == row.row) {
      ++next;
    } else {
      tally.Drop(FindingCode::kBadImage, row.row, row.label);
    }
  }
}

class Preparation {
 public:
  Preparation(const ClassificationRequest& request, SampleKind& kind,
              DataNotes& notes, const std::function<bool()>& should_stop)
      : request_(request),
        kind_(kind),
        notes_(notes),
        should_stop_(should_stop) {}

  absl::StatusOr<ClassificationData> PrepareAll();
  absl::StatusOr<std::vector<Example>> PrepareTest();

  // Totals of all that was read, in the end.
  void SumUp();

 private:
  // All usable rows of `file`; none of `rows` where it ends with an error other
  // than that of too many rows left out.
  absl::Status Read(const TableFile& file, SplitRows& rows);
  absl::Status Identify(const TableFile& file,
                        std::vector<LabelledSample>& rows, FindingLog& log,
                        RowTally& tally);
  absl::Status ReadAll();
  absl::Status ReadTraining();
  // Rows of training data that say so become those of another split.
  absl::Status DivideByColumn();
  // Labels as they are given, spelt as policy has it.
  void SpellLabels();
  absl::Status ResolveTrainingLabels();
  absl::Status IndexOther(const TableFile& file, SplitRows& rows,
                          std::string_view split);
  void Split();
  absl::StatusOr<std::vector<Example>> Encode(const SplitRows& rows,
                                              std::string_view split);
  // Appends what `log` holds.
  void Keep(FindingLog log);

  const ClassificationRequest& request_;
  SampleKind& kind_;
  DataNotes& notes_;
  const std::function<bool()>& should_stop_;
  std::vector<ReadFile> files_;
  std::optional<LabelSpelling> spelling_;
  std::vector<std::string> labels_;
  SplitRows training_;
  SplitRows validation_;
  SplitRows test_;
};

void Preparation::Keep(FindingLog log) {
  for (DataFinding& finding : log.Take()) {
    notes_.findings.push_back(std::move(finding));
  }
}

absl::Status Preparation::Identify(const TableFile& file,
                                   std::vector<LabelledSample>& rows,
                                   FindingLog& log, RowTally& tally) {
  // Samples are large, and only rows and labels matter for the count.
  std::vector<LabelledSample> before;
  before.reserve(rows.size());
  for (const LabelledSample& row : rows) {
    before.push_back({row.row, "", row.label});
  }
  absl::Status status = kind_.Identify(file, rows, log);
  const bool none_left = ReasonOf(status) == "EMPTY_DATASET";
  if (status.ok() || none_left) {
    CountUnreadable(before, none_left ? std::vector<LabelledSample>() : rows,
                    tally);
  }
  return status;
}

absl::Status Preparation::Read(const TableFile& file, SplitRows& rows) {
  SampleSelection selection{.dataset = file.name,
                            .sample_column = request_.sample_column,
                            .label_column = request_.label_column,
                            .policy = request_.policy};
  if (&file == &request_.training) {
    selection.split_column = request_.split_column;
  }
  FindingLog log;
  RowTally tally;
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenTable(file.path, file.format));
  absl::StatusOr<std::vector<LabelledSample>> samples =
      ReadLabelledSamples(*table, selection, log, tally, should_stop_);
  if (samples.ok()) {
    absl::Status status = Identify(file, *samples, log, tally);
    if (!status.ok()) samples = status;
  }
  std::string remedy;
  for (DataFinding& finding : log.Take()) {
    if (finding.code == FindingCode::kOtherEncoding) {
      remedy = finding.suggestion;
    }
    finding.message = absl::StrCat(file.name, ": ", finding.message);
    notes_.findings.push_back(std::move(finding));
  }
  if (samples.ok() || ReasonOf(samples.status()) == "EMPTY_DATASET") {
    files_.push_back({&file, tally});
  }
  TUNESMITH_ASSIGN_OR_RETURN(rows.samples, std::move(samples));
  return CheckDropped(
      TotalsOf(file.name, tally, CountByLabel({&rows.samples}), {}),
      request_.policy.max_dropped_fraction, remedy);
}

absl::Status Preparation::DivideByColumn() {
  if (request_.split_column.empty()) return absl::OkStatus();
  std::vector<LabelledSample> all = std::move(training_.samples);
  training_.samples.clear();
  int64_t unused = 0;
  for (LabelledSample& row : all) {
    const bool of_validation = row.split == RowSplit::kValidation;
    SplitRows& part = row.split == RowSplit::kTraining ? training_
                      : of_validation                  ? validation_
                                                       : test_;
    const bool has_other = of_validation ? request_.validation.has_value()
                                         : row.split == RowSplit::kTest &&
                                               request_.test.has_value();
    if (has_other) {
      ++unused;
      files_.back().tally.Drop(FindingCode::kOddLayout, row.row, row.label);
    } else {
      part.samples.push_back(std::move(row));
    }
  }
  if (unused > 0) {
    notes_.findings.push_back(
        {.code = FindingCode::kOddLayout,
         .severity = FindingSeverity::kNote,
         .column = request_.split_column,
         .message = absl::StrCat(request_.training.name, ": ", unused,
                                 " rows are of a split that another dataset "
                                 "stands for, and are left out"),
         .count = unused});
  }
  if (!training_.samples.empty()) return absl::OkStatus();
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "EMPTY_DATASET",
      absl::StrCat("no usable row of ", request_.training.name,
                   " is for training: column ", request_.split_column,
                   " says train or training in none"));
}

void Preparation::SpellLabels() {
  spelling_.emplace(request_.policy.label_normalization, request_.labels,
                    training_.samples);
  for (const std::string& label : request_.labels) {
    labels_.push_back(spelling_->Of(label));
  }
}

absl::Status Preparation::ResolveTrainingLabels() {
  SpellLabels();
  spelling_->Apply(training_.samples);
  TUNESMITH_ASSIGN_OR_RETURN(labels_,
                             ResolveLabels(labels_, training_.samples));
  FindingLog log;
  FindLabelProblems(CountByLabel({&training_.samples}), log);
  Keep(std::move(log));
  TUNESMITH_ASSIGN_OR_RETURN(
      training_.labels,
      IndexLabels(labels_, training_.samples, request_.training.name));
  return absl::OkStatus();
}

absl::Status Preparation::ReadTraining() {
  TUNESMITH_RETURN_IF_ERROR(Read(request_.training, training_));
  TUNESMITH_RETURN_IF_ERROR(DivideByColumn());
  return ResolveTrainingLabels();
}

absl::Status Preparation::IndexOther(const TableFile& file, SplitRows& rows,
                                     std::string_view split) {
  if (rows.samples.empty()) return absl::OkStatus();
  spelling_->Apply(rows.samples);
  TUNESMITH_ASSIGN_OR_RETURN(rows.labels,
                             IndexLabels(labels_, rows.samples, file.name));
  FindingLog log;
  kind_.FindOverlap(training_.samples, rows.samples, split, log);
  Keep(std::move(log));
  return absl::OkStatus();
}

absl::Status Preparation::ReadAll() {
  TUNESMITH_RETURN_IF_ERROR(ReadTraining());
  if (request_.validation.has_value()) {
    TUNESMITH_RETURN_IF_ERROR(Read(*request_.validation, validation_));
  }
  TUNESMITH_RETURN_IF_ERROR(
      IndexOther(request_.validation.value_or(request_.training), validation_,
                 "validation"));
  if (request_.test.has_value()) {
    TUNESMITH_RETURN_IF_ERROR(Read(*request_.test, test_));
  }
  return IndexOther(request_.test.value_or(request_.training), test_, "test");
}

void Preparation::Split() {
  FindingLog log;
  FindRepeatedSamples(training_.samples, kind_.noun(), log);
  FindConflictingLabels(training_.samples, kind_.noun(), log);
  std::vector<int64_t> counts = CountLabels(training_.labels, labels_.size());
  if (!request_.validation.has_value() && validation_.samples.empty()) {
    std::vector<int32_t> first_same;
    if (request_.group_duplicates) first_same = FirstSame(training_.samples);
    SplitIndices indices =
        SplitStratified({.labels = training_.labels,
                         .class_count = labels_.size(),
                         .first_same = first_same,
                         .fraction = request_.validation_fraction,
                         .seed = request_.seed});
    SplitRows all = std::move(training_);
    training_ = TakeRows(all, indices.training);
    validation_ = TakeRows(all, indices.validation);
    kind_.FindOverlap(training_.samples, validation_.samples, "validation",
                      log);
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

absl::StatusOr<ClassificationData> Preparation::PrepareAll() {
  TUNESMITH_RETURN_IF_ERROR(ReadAll());
  Split();
  ClassificationData data;
  TUNESMITH_ASSIGN_OR_RETURN(data.training, Encode(training_, "training"));
  TUNESMITH_ASSIGN_OR_RETURN(data.validation,
                             Encode(validation_, "validation"));
  TUNESMITH_ASSIGN_OR_RETURN(data.test, Encode(test_, "test"));
  data.training_counts = CountLabels(training_.labels, labels_.size());
  data.labels = labels_;
  return data;
}

void Preparation::SumUp() {
  FindingLog log;
  for (ReadFile& file : files_) {
    const bool is_training = file.file == &request_.training;
    const bool is_validation = request_.validation.has_value()
                                   ? file.file == &*request_.validation
                                   : is_training;
    const bool is_test =
        request_.test.has_value() ? file.file == &*request_.test : is_training;
    static const SplitRows kNone;
    const SplitRows& training = is_training ? training_ : kNone;
    const SplitRows& validation = is_validation ? validation_ : kNone;
    const SplitRows& test = is_test ? test_ : kNone;
    if (spelling_.has_value()) file.tally.Respell(*spelling_);
    DataTotals totals = TotalsOf(
        file.file->name, file.tally,
        CountByLabel({&training.samples, &validation.samples, &test.samples}),
        labels_);
    totals.training = static_cast<int64_t>(training.samples.size());
    totals.validation = static_cast<int64_t>(validation.samples.size());
    totals.test = static_cast<int64_t>(test.samples.size());
    log.Add(TotalsFinding(totals));
    notes_.totals.push_back(std::move(totals));
  }
  Keep(std::move(log));
}

absl::StatusOr<std::vector<Example>> Preparation::PrepareTest() {
  SpellLabels();
  TUNESMITH_RETURN_IF_ERROR(Read(*request_.test, test_));
  TUNESMITH_RETURN_IF_ERROR(IndexOther(*request_.test, test_, "test"));
  return Encode(test_, "test");
}

}  // namespace

absl::StatusOr<ClassificationData> PrepareClassification(
    const ClassificationRequest& request, SampleKind& kind, DataNotes& notes,
    const std::function<bool()>& should_stop) {
  Preparation preparation(request, kind, notes, should_stop);
  absl::StatusOr<ClassificationData> data = preparation.PrepareAll();
  preparation.SumUp();
  return data;
}

absl::StatusOr<std::vector<Example>> PrepareEvaluation(
    const ClassificationRequest& request, SampleKind& kind, DataNotes& notes,
    const std::function<bool()>& should_stop) {
  Preparation preparation(request, kind, notes, should_stop);
  absl::StatusOr<std::vector<Example>> examples = preparation.PrepareTest();
  preparation.SumUp();
  return examples;
}

}  // namespace tunesmith::worker
