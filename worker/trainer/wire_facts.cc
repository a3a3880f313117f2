#include "worker/trainer/wire_facts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "proto/contract/base/utf8.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

// The plain enums have the wire's values; these fail when one side moves.
static_assert(static_cast<int>(FindingCode::kMissingCell) ==
              v1::Finding::MISSING_CELL);
static_assert(static_cast<int>(FindingCode::kMalformedRow) ==
              v1::Finding::MALFORMED_ROW);
static_assert(static_cast<int>(FindingCode::kClassWithoutValidation) ==
              v1::Finding::CLASS_WITHOUT_VALIDATION);
static_assert(static_cast<int>(FindingCode::kSplitOverlap) ==
              v1::Finding::SPLIT_OVERLAP);
static_assert(static_cast<int>(FindingCode::kRowTotals) ==
              v1::Finding::ROW_TOTALS);
static_assert(static_cast<int>(FindingCode::kOtherEncoding) ==
              v1::Finding::OTHER_ENCODING);
static_assert(static_cast<int>(FindingSeverity::kError) == v1::Finding::ERROR);
static_assert(static_cast<int>(ColumnType::kInteger) ==
              v1::DatasetColumn::INTEGER);
static_assert(static_cast<int>(ColumnType::kOther) == v1::DatasetColumn::OTHER);

// Classes that a summary lists, and bytes of a label there: it has to fit into
// one message.
constexpr size_t kMaxClasses = 1000;
constexpr size_t kMaxLabelBytes = 256;

// Positions of those that lost the largest share of their rows, ascending.
std::vector<size_t> ShownClasses(
    const std::vector<DataTotals::ClassRows>& classes) {
  std::vector<size_t> shown(classes.size());
  std::iota(shown.begin(), shown.end(), size_t{0});
  if (shown.size() <= kMaxClasses) return shown;
  auto lost = [&classes](size_t i) {
    return static_cast<double>(classes[i].dropped) /
           static_cast<double>(classes[i].used + classes[i].dropped);
  };
  std::stable_sort(shown.begin(), shown.end(),
                   [&](size_t a, size_t b) { return lost(a) > lost(b); });
  shown.resize(kMaxClasses);
  std::sort(shown.begin(), shown.end());
  return shown;
}

v1::Evaluation::Phase ToWire(EvaluationPhase phase) {
  switch (phase) {
    case EvaluationPhase::kBaseline:
      return v1::Evaluation::BASELINE;
    case EvaluationPhase::kEpoch:
      return v1::Evaluation::EPOCH;
    case EvaluationPhase::kFinal:
      return v1::Evaluation::FINAL;
  }
  return v1::Evaluation::PHASE_UNSPECIFIED;
}

v1::Progress::Phase ToWire(TrainingPhase phase) {
  switch (phase) {
    case TrainingPhase::kLoading:
      return v1::Progress::LOADING;
    case TrainingPhase::kTraining:
      return v1::Progress::TRAINING;
    case TrainingPhase::kEvaluating:
      return v1::Progress::EVALUATING;
    case TrainingPhase::kSaving:
      return v1::Progress::SAVING;
  }
  return v1::Progress::PHASE_UNSPECIFIED;
}

v1::ModelParameter::Block ToWire(ParameterBlock block) {
  switch (block) {
    case ParameterBlock::kEmbeddings:
      return v1::ModelParameter::EMBEDDINGS;
    case ParameterBlock::kLayer:
      return v1::ModelParameter::LAYER;
    case ParameterBlock::kPooler:
      return v1::ModelParameter::POOLER;
    case ParameterBlock::kHead:
      return v1::ModelParameter::HEAD;
  }
  return v1::ModelParameter::BLOCK_UNSPECIFIED;
}

v1::ModelParameter ToWire(const ParameterDescription& parameter) {
  v1::ModelParameter wire;
  wire.set_name(parameter.name);
  for (int64_t extent : parameter.shape) wire.add_shape(extent);
  wire.set_block(ToWire(parameter.block));
  if (parameter.layer.has_value()) wire.set_layer(*parameter.layer);
  wire.set_normalization(parameter.normalization);
  return wire;
}

v1::DatasetColumn ToWire(const ColumnFacts& facts) {
  v1::DatasetColumn wire;
  wire.set_name(facts.name);
  wire.set_type(static_cast<v1::DatasetColumn::Type>(facts.type));
  wire.set_null_count(facts.null_count);
  for (const auto& [text, count] : facts.values) {
    v1::DatasetColumn::Value* value = wire.add_values();
    value->set_value(text);
    value->set_count(count);
  }
  if (facts.distinct_count.has_value()) {
    wire.set_distinct_count(*facts.distinct_count);
  }
  wire.set_min_bytes(facts.min_bytes);
  wire.set_max_bytes(facts.max_bytes);
  wire.set_mean_bytes(facts.mean_bytes);
  return wire;
}

// What was converted is as it should be; the rest may surprise.
v1::Finding ToWire(const ModelNote& note) {
  v1::Finding finding;
  finding.set_severity(v1::Finding::WARNING);
  switch (note.kind) {
    case ModelNote::Kind::kFilesDisagree:
      finding.set_code(v1::Finding::FILES_DISAGREE);
      break;
    case ModelNote::Kind::kConvertedWeights:
      finding.set_code(v1::Finding::CONVERTED_WEIGHTS);
      finding.set_severity(v1::Finding::NOTE);
      break;
    case ModelNote::Kind::kHeadChanged:
      finding.set_code(v1::Finding::HEAD_CHANGED);
      break;
  }
  finding.set_message(note.message);
  finding.set_suggestion(note.suggestion);
  finding.set_count(1);
  return finding;
}

v1::Finding TensorFinding(v1::Finding::Code code,
                          v1::Finding::Severity severity, std::string message) {
  v1::Finding finding;
  finding.set_code(code);
  finding.set_severity(severity);
  finding.set_message(std::move(message));
  finding.set_count(1);
  return finding;
}

}  // namespace

v1::ImageInput ToWire(const ImageInputFacts& input) {
  v1::ImageInput wire;
  wire.set_size(input.size);
  wire.set_resize_size(input.resize_size);
  wire.mutable_mean()->Add(input.mean.begin(), input.mean.end());
  wire.mutable_standard_deviation()->Add(input.deviation.begin(),
                                         input.deviation.end());
  wire.set_interpolation(input.bicubic ? v1::ImageInput::BICUBIC
                                       : v1::ImageInput::BILINEAR);
  // Networks that took blue first were brought to take red first.
  wire.set_channel_order(v1::ImageInput::RGB);
  wire.set_scaling(input.squash ? v1::ImageInput::BOTH_SIDES
                                : v1::ImageInput::SHORTER_SIDE);
  return wire;
}

v1::Finding ToWire(const DataFinding& finding) {
  v1::Finding wire;
  wire.set_code(static_cast<v1::Finding::Code>(finding.code));
  wire.set_severity(static_cast<v1::Finding::Severity>(finding.severity));
  if (finding.row.has_value()) wire.set_row(*finding.row);
  wire.set_column(finding.column);
  wire.set_message(finding.message);
  wire.set_suggestion(finding.suggestion);
  wire.set_count(finding.count);
  return wire;
}

v1::Evaluation ToWire(const EvaluationFigures& figures,
                      const std::vector<std::string>& labels) {
  v1::Evaluation wire;
  wire.set_phase(ToWire(figures.phase));
  wire.set_split(ToWire(figures.split));
  wire.set_step(figures.step);
  wire.set_epoch(figures.epoch);
  wire.set_loss(figures.loss);
  wire.set_accuracy(figures.accuracy);
  wire.set_macro_f1(figures.macro_f1);
  wire.set_weighted_f1(figures.weighted_f1);
  for (size_t i = 0; i < figures.classes.size(); ++i) {
    v1::ClassMetrics* metrics = wire.add_classes();
    if (i < labels.size()) metrics->set_label(labels[i]);
    metrics->set_precision(figures.classes[i].precision);
    metrics->set_recall(figures.classes[i].recall);
    metrics->set_f1(figures.classes[i].f1);
    metrics->set_support(figures.classes[i].support);
  }
  wire.mutable_confusion_matrix()->Add(figures.confusion_matrix.begin(),
                                       figures.confusion_matrix.end());
  wire.set_example_count(figures.example_count);
  return wire;
}

v1::EarlyStop ToWire(const EarlyStop& stop) {
  v1::EarlyStop wire;
  wire.set_step(stop.step);
  wire.set_epoch(stop.epoch);
  wire.set_best_step(stop.best_step);
  wire.set_best_value(stop.best_value);
  return wire;
}

v1::Split ToWire(DataSplit split) {
  switch (split) {
    case DataSplit::kTraining:
      return v1::TRAINING;
    case DataSplit::kValidation:
      return v1::VALIDATION;
    case DataSplit::kTest:
      return v1::TEST;
  }
  return v1::SPLIT_UNSPECIFIED;
}

v1::Progress ToWire(const TrainingProgress& progress) {
  v1::Progress wire;
  wire.set_phase(ToWire(progress.phase));
  wire.set_step(progress.step);
  wire.set_total_steps(progress.total_steps);
  wire.set_epoch(progress.epoch);
  if (progress.total_steps > 0) {
    wire.set_fraction(static_cast<double>(progress.step) /
                      static_cast<double>(progress.total_steps));
  }
  wire.set_examples(progress.examples);
  wire.set_examples_per_second(progress.examples_per_second);
  if (progress.time_remaining.has_value()) {
    timespec left = absl::ToTimespec(*progress.time_remaining);
    wire.mutable_time_remaining()->set_seconds(left.tv_sec);
    wire.mutable_time_remaining()->set_nanos(
        static_cast<int32_t>(left.tv_nsec));
  }
  if (progress.loss.has_value()) wire.set_loss(*progress.loss);
  wire.set_learning_rate(progress.learning_rate);
  return wire;
}

internal::v1::ModelFacts ToWire(const ModelDescription& description) {
  internal::v1::ModelFacts facts;
  v1::Model& model = *facts.mutable_model();
  model.set_family(description.family);
  model.set_parameter_count(description.parameter_count);
  model.set_size_bytes(description.size_bytes);
  model.set_dtype(description.dtype);
  model.set_max_sequence_length(description.max_sequence_length);
  model.set_layer_count(description.layer_count);
  model.set_dropout(description.dropout);
  model.set_folded_normalization(description.folded_normalization);
  for (const std::string& label : description.head_labels) {
    model.add_head_labels(label);
  }
  for (const v1::Finding& finding : ModelFindings(description)) {
    model.add_notes(finding.message());
  }
  if (description.folded_normalization) {
    model.add_notes(
        "batch normalisation was folded into the convolutions: jobs leave it "
        "as "
        "it is, unless freeze.normalization says otherwise");
  }
  for (const ParameterDescription& parameter : description.parameters) {
    *facts.add_parameters() = ToWire(parameter);
  }
  v1::TaskType task = v1::TEXT_CLASSIFICATION;
  if (description.image_input.has_value()) {
    task = v1::IMAGE_CLASSIFICATION;
    *model.mutable_image_input() = ToWire(*description.image_input);
  }
  model.add_tasks(task);
  v1::TaskHead& head = *facts.add_heads();
  head.set_task(task);
  for (const ParameterDescription& parameter : description.head) {
    *head.add_parameters() = ToWire(parameter);
  }
  return facts;
}

v1::DataSummary ToWire(const DataTotals& totals) {
  v1::DataSummary wire;
  wire.set_dataset(totals.dataset);
  wire.set_row_count(totals.rows);
  wire.set_training_rows(totals.training);
  wire.set_validation_rows(totals.validation);
  wire.set_test_rows(totals.test);
  for (const DataTotals::Dropped& dropped : totals.dropped) {
    v1::DataSummary::Dropped& row = *wire.add_dropped();
    row.set_cause(static_cast<v1::Finding::Code>(dropped.cause));
    row.set_count(dropped.count);
  }
  for (size_t i : ShownClasses(totals.classes)) {
    const DataTotals::ClassRows& rows = totals.classes[i];
    v1::DataSummary::ClassRows& row = *wire.add_classes();
    row.set_label(std::string(CutAtCharacter(rows.label, kMaxLabelBytes)));
    row.set_used(rows.used);
    row.set_dropped(rows.dropped);
  }
  return wire;
}

v1::Dataset ToWire(const TableFacts& facts) {
  v1::Dataset wire;
  wire.set_row_count(facts.row_count);
  wire.set_unusable_row_count(facts.unusable_row_count);
  for (const ColumnFacts& column : facts.columns) {
    *wire.add_columns() = ToWire(column);
  }
  return wire;
}

std::vector<v1::Finding> ModelFindings(const ModelDescription& description) {
  std::vector<v1::Finding> findings;
  for (const std::string& name : description.ignored_tensors) {
    findings.push_back(TensorFinding(
        v1::Finding::IGNORED_TENSOR, v1::Finding::NOTE,
        absl::StrCat("tensor is not part of the network: ", name)));
  }
  for (const std::string& name : description.new_parameters) {
    findings.push_back(TensorFinding(
        v1::Finding::NEW_PARAMETER, v1::Finding::WARNING,
        absl::StrCat("parameter starts from random values: ", name)));
  }
  for (const ModelNote& note : description.notes) {
    findings.push_back(ToWire(note));
  }
  return findings;
}

}  // namespace tunesmith::worker
