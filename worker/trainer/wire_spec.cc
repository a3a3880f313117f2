#include "worker/trainer/wire_spec.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/classification.h"
#include "proto/contract/labels/label_text.h"
#include "worker/data/labels.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;
using internal::v1::TrainWork;

// The plain enum has the wire's values; these fail when one side moves.
static_assert(static_cast<int>(TextEncoding::kDetect) ==
              v1::DatasetFormat::ENCODING_UNSPECIFIED);
static_assert(static_cast<int>(TextEncoding::kUtf8) ==
              v1::DatasetFormat::UTF_8);
static_assert(static_cast<int>(TextEncoding::kWindows1252) ==
              v1::DatasetFormat::WINDOWS_1252);
static_assert(static_cast<int>(TextEncoding::kLatin1) ==
              v1::DatasetFormat::LATIN_1);
static_assert(static_cast<int>(TextEncoding::kUtf16Le) ==
              v1::DatasetFormat::UTF_16LE);
static_assert(static_cast<int>(TextEncoding::kUtf16Be) ==
              v1::DatasetFormat::UTF_16BE);

absl::Status Unresolved(const std::string& field) {
  return absl::InternalError(
      absl::StrCat("the work item leaves a field open: ", field));
}

absl::StatusOr<Schedule> ToSchedule(const v1::Hyperparameters& wire) {
  Schedule schedule;
  schedule.warmup_fraction = wire.warmup_fraction();
  switch (wire.schedule().kind_case()) {
    case v1::Hyperparameters::Schedule::kLinear:
      schedule.kind = ScheduleKind::kLinear;
      return schedule;
    case v1::Hyperparameters::Schedule::kCosine:
      schedule.kind = ScheduleKind::kCosine;
      return schedule;
    case v1::Hyperparameters::Schedule::kConstant:
      schedule.kind = ScheduleKind::kConstant;
      return schedule;
    case v1::Hyperparameters::Schedule::kOneCycle:
      schedule.kind = ScheduleKind::kOneCycle;
      schedule.initial_divisor = wire.schedule().one_cycle().initial_divisor();
      schedule.final_divisor = wire.schedule().one_cycle().final_divisor();
      return schedule;
    case v1::Hyperparameters::Schedule::KIND_NOT_SET:
      break;
  }
  return Unresolved("hyperparameters.schedule");
}

absl::StatusOr<BatchOrder> ToBatchOrder(v1::Data::Order order) {
  switch (order) {
    case v1::Data::LENGTH_GROUPED:
      return BatchOrder::kLengthGrouped;
    case v1::Data::SHUFFLED:
      return BatchOrder::kShuffled;
    case v1::Data::SEQUENTIAL:
      return BatchOrder::kSequential;
    default:
      return Unresolved("data.order");
  }
}

absl::StatusOr<PrimaryMetric> ToPrimaryMetric(
    v1::EvaluationPolicy::Metric metric) {
  switch (metric) {
    case v1::EvaluationPolicy::ACCURACY:
      return PrimaryMetric::kAccuracy;
    case v1::EvaluationPolicy::MACRO_F1:
      return PrimaryMetric::kMacroF1;
    case v1::EvaluationPolicy::WEIGHTED_F1:
      return PrimaryMetric::kWeightedF1;
    case v1::EvaluationPolicy::LOSS:
      return PrimaryMetric::kLoss;
    default:
      return Unresolved("evaluation.primary_metric");
  }
}

// What an earlier attempt ran with comes first, then what the job asks for.
Precision ToPrecision(const TrainWork& work) {
  v1::Hyperparameters::Precision asked =
      work.execution().precision() != v1::Hyperparameters::PRECISION_UNSPECIFIED
          ? work.execution().precision()
          : work.spec().hyperparameters().precision();
  switch (asked) {
    case v1::Hyperparameters::BF16:
      return Precision::kBf16;
    case v1::Hyperparameters::TF32:
      return Precision::kTf32;
    default:
      return Precision::kFp32;
  }
}

RowAction ToRowAction(v1::CleaningPolicy::Action action) {
  return action == v1::CleaningPolicy::FAIL ? RowAction::kFail
                                            : RowAction::kDropRow;
}

LabelNormalization ToLabelNormalization(
    v1::CleaningPolicy::LabelNormalization wire) {
  switch (wire) {
    case v1::CleaningPolicy::TRIM:
      return LabelNormalization::kTrim;
    case v1::CleaningPolicy::FOLD:
      return LabelNormalization::kFold;
    default:
      return LabelNormalization::kNone;
  }
}

RowPolicy ToRowPolicy(const v1::CleaningPolicy& cleaning) {
  RowPolicy policy = {
      .incomplete_rows = ToRowAction(cleaning.incomplete_rows()),
      .invalid_utf8 = ToRowAction(cleaning.invalid_utf8()),
      .malformed_rows = ToRowAction(cleaning.malformed_rows()),
      .unreadable_images = ToRowAction(cleaning.unreadable_images())};
  if (cleaning.has_max_dropped_fraction()) {
    policy.max_dropped_fraction = cleaning.max_dropped_fraction();
  }
  policy.label_normalization =
      ToLabelNormalization(cleaning.label_normalization());
  return policy;
}

absl::StatusOr<TableFile> ToTableFile(
    const internal::v1::DatasetInput& dataset) {
  TUNESMITH_ASSIGN_OR_RETURN(TableFormat format,
                             ToTableFormat(dataset.format()));
  return TableFile{
      .name = dataset.name(), .path = "", .format = std::move(format)};
}

absl::Status SetDuration(const v1::Hyperparameters& wire,
                         TrainingOptions& options) {
  switch (wire.duration_case()) {
    case v1::Hyperparameters::kEpochs:
      options.epochs = wire.epochs();
      return absl::OkStatus();
    case v1::Hyperparameters::kMaxSteps:
      options.max_steps = wire.max_steps();
      return absl::OkStatus();
    case v1::Hyperparameters::DURATION_NOT_SET:
      break;
  }
  return Unresolved("hyperparameters.epochs");
}

absl::Status SetHyperparameters(const v1::Hyperparameters& wire,
                                TrainingOptions& options) {
  TUNESMITH_RETURN_IF_ERROR(SetDuration(wire, options));
  if (!wire.has_batch_size()) return Unresolved("hyperparameters.batch_size");
  if (!wire.has_learning_rate()) {
    return Unresolved("hyperparameters.learning_rate");
  }
  TUNESMITH_ASSIGN_OR_RETURN(options.schedule, ToSchedule(wire));
  options.batch_size = wire.batch_size();
  options.learning_rate = wire.learning_rate();
  options.weight_decay = wire.weight_decay();
  options.beta1 = wire.adamw().beta1();
  options.beta2 = wire.adamw().beta2();
  options.epsilon = wire.adamw().epsilon();
  options.max_gradient_norm = wire.max_gradient_norm();
  options.label_smoothing = wire.label_smoothing();
  if (wire.has_dropout()) options.dropout = wire.dropout();
  if (wire.has_deterministic()) options.deterministic = wire.deterministic();
  return absl::OkStatus();
}

}  // namespace

v1::Hyperparameters::Precision ToWire(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return v1::Hyperparameters::FP32;
    case Precision::kBf16:
      return v1::Hyperparameters::BF16;
    case Precision::kTf32:
      return v1::Hyperparameters::TF32;
  }
  return v1::Hyperparameters::FP32;
}

absl::StatusOr<TableFormat> ToTableFormat(const v1::DatasetFormat& format) {
  if (!v1::DatasetFormat::Encoding_IsValid(format.encoding())) {
    return absl::UnimplementedError(
        "an encoding that this trainer does not know");
  }
  TableFormat result;
  result.encoding = static_cast<TextEncoding>(format.encoding());
  switch (format.kind()) {
    case v1::DatasetFormat::CSV:
      result.kind = TableKind::kCsv;
      break;
    case v1::DatasetFormat::TSV:
      result.kind = TableKind::kTsv;
      break;
    case v1::DatasetFormat::JSONL:
      result.kind = TableKind::kJsonl;
      return result;
    case v1::DatasetFormat::JSON:
      result.kind = TableKind::kJson;
      return result;
    case v1::DatasetFormat::PARQUET:
      result.kind = TableKind::kParquet;
      return result;
    case v1::DatasetFormat::IMAGES:
      result.kind = TableKind::kImages;
      result.manifest = format.manifest();
      return result;
    default:
      return Unresolved("format.kind");
  }
  if (format.delimiter().size() != 1) return Unresolved("format.delimiter");
  result.delimiter = format.delimiter()[0];
  result.quoted = format.quoted();
  result.header = format.header();
  result.column_names.assign(format.column_names().begin(),
                             format.column_names().end());
  return result;
}

absl::StatusOr<ClassificationRequest> ToClassificationRequest(
    const TrainWork& work) {
  const v1::JobSpec& spec = work.spec();
  if (spec.task().kind_case() == v1::Task::KIND_NOT_SET) {
    return absl::UnimplementedError("a task that this trainer does not know");
  }
  const Classification task(spec.task());
  ClassificationRequest request;
  if (work.has_training()) {
    TUNESMITH_ASSIGN_OR_RETURN(request.training, ToTableFile(work.training()));
  }
  if (work.has_validation()) {
    TUNESMITH_ASSIGN_OR_RETURN(request.validation,
                               ToTableFile(work.validation()));
  }
  if (work.has_test()) {
    TUNESMITH_ASSIGN_OR_RETURN(request.test, ToTableFile(work.test()));
  }
  request.validation_fraction = spec.data().validation_fraction();
  request.seed = spec.seed();
  request.sample_column = task.sample_column();
  request.label_column = task.label_column();
  request.split_column = spec.data().split_column();
  if (spec.data().has_group_duplicates()) {
    request.group_duplicates = spec.data().group_duplicates();
  }
  request.policy = ToRowPolicy(spec.data().cleaning());
  request.labels.assign(task.labels().begin(), task.labels().end());
  return request;
}

absl::StatusOr<TrainingOptions> ToTrainingOptions(const TrainWork& work) {
  const v1::JobSpec& spec = work.spec();
  TrainingOptions options;
  options.seed = spec.seed();
  TUNESMITH_RETURN_IF_ERROR(
      SetHyperparameters(spec.hyperparameters(), options));
  if (work.last_step() > 0) options.last_step = work.last_step();
  if (spec.task().image_classification().has_image_size()) {
    options.image_size = spec.task().image_classification().image_size();
  }
  if (spec.task().text_classification().has_max_length()) {
    options.max_length = spec.task().text_classification().max_length();
  }
  options.precision = ToPrecision(work);
  TUNESMITH_ASSIGN_OR_RETURN(options.order, ToBatchOrder(spec.data().order()));
  const v1::EvaluationPolicy& evaluation = spec.evaluation();
  TUNESMITH_ASSIGN_OR_RETURN(options.primary_metric,
                             ToPrimaryMetric(evaluation.primary_metric()));
  options.evaluate_baseline = evaluation.baseline();
  options.keep_best = evaluation.keep_best();
  if (evaluation.has_early_stopping()) {
    options.early_stopping =
        EarlyStopping{.patience = evaluation.early_stopping().patience(),
                      .min_delta = evaluation.early_stopping().min_delta()};
  }
  for (const v1::Execution::Microbatch& row : work.execution().microbatches()) {
    options.microbatches.push_back({.from_step = row.from_step(),
                                    .rows = row.rows(),
                                    .from_evaluation = row.from_evaluation()});
  }
  if (work.execution().has_learning_rate_cut()) {
    const auto& cut = work.execution().learning_rate_cut();
    options.learning_rate_cut =
        LearningRateCut{.from_step = cut.from_step(), .factor = cut.factor()};
  }
  const v1::CheckpointPolicy& checkpoints = spec.checkpoints();
  if (checkpoints.has_period_steps()) {
    options.checkpoints.period_steps = checkpoints.period_steps();
  } else if (checkpoints.has_period()) {
    options.checkpoints.period =
        absl::Seconds(checkpoints.period().seconds()) +
        absl::Nanoseconds(checkpoints.period().nanos());
  }
  options.checkpoints.at_end = checkpoints.at_end();
  if (spec.features().has_views()) {
    options.features.views = spec.features().views();
  }
  if (spec.features().has_cache()) {
    options.features.cache = spec.features().cache();
  }
  for (const v1::ParameterFreeze& row : work.parameters()) {
    if (!row.frozen() && row.learning_rate_factor() <= 0) {
      return Unresolved("parameters.learning_rate_factor");
    }
    options.parameters.push_back(
        {.name = row.parameter().name(),
         .frozen = row.frozen(),
         .trains_from_epoch = row.trains_from_epoch(),
         .learning_rate_factor = row.learning_rate_factor()});
  }
  return options;
}

std::vector<double> ToClassWeights(const v1::ClassWeights& weights,
                                   const std::vector<std::string>& labels,
                                   const std::vector<int64_t>& counts,
                                   LabelNormalization normalization) {
  if (weights.has_balanced()) return BalancedWeights(counts);
  std::unordered_map<std::string, double> by_key;
  for (const v1::ClassWeights::Weight& row : weights.table().weights()) {
    by_key[LabelKey(row.label(), normalization)] = row.weight();
  }
  std::vector<double> result;
  for (const std::string& label : labels) {
    auto it = by_key.find(LabelKey(label, normalization));
    result.push_back(it == by_key.end() ? 1.0 : it->second);
  }
  return result;
}

}  // namespace tunesmith::worker
