#include "worker/trainer/train_work.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/artifact/manifest.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/classification.h"
#include "proto/contract/message_limits.h"
#include "worker/data/classification_data.h"
#include "worker/data/sample_kind.h"
#include "worker/devices/nvml.h"
#include "worker/models/description.h"
#include "worker/models/head_reuse.h"
#include "worker/report/report.h"
#include "worker/report/run_record.h"
#include "worker/report/shown_mistakes.h"
#include "worker/trainer/checkpoint_directory.h"
#include "worker/trainer/evaluation_size.h"
#include "worker/trainer/import_work.h"
#include "worker/trainer/metric_interval.h"
#include "worker/trainer/raw_samples.h"
#include "worker/trainer/run_base.h"
#include "worker/trainer/run_end.h"
#include "worker/trainer/run_execution.h"
#include "worker/trainer/run_findings.h"
#include "worker/trainer/run_observer.h"
#include "worker/trainer/run_samples.h"
#include "worker/trainer/wire_augmentation.h"
#include "worker/trainer/wire_facts.h"
#include "worker/trainer/wire_spec.h"
#include "worker/training/result_check.h"
#include "worker/training/train.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using internal::v1::TrainWork;

constexpr char kWeightsPath[] = "model/model.safetensors";
// Of all evaluations in the outcome, beside labels and parameters.
constexpr size_t kMaxEvaluationBytes = kMaxEventBytes / 2;

// None where the slot's device has none, or is shared.
EnergyMeter MeterOf(const tunesmith::v1::Slot& slot) {
  if (slot.device_uuid().empty() || slot.device_is_shared()) return {};
  absl::StatusOr<std::unique_ptr<Nvml>> loaded = Nvml::Create();
  if (!loaded.ok()) return {};
  return [nvml = std::shared_ptr<Nvml>(*std::move(loaded)),
          uuid = slot.device_uuid()] { return nvml->EnergyJoules(uuid); };
}

// One training run, step by step; every step adds what the next ones need.
class TrainRun {
 public:
  TrainRun(const TrainWork& work, const WorkContext& context);

  absl::StatusOr<Outcome> Run();

 private:
  absl::Status StageInputs();
  void ReportExecution();
  absl::Status PrepareData();
  // In events and in the report.
  void Tell(const std::vector<DataFinding>& findings);
  // Finds the newest sound checkpoint, and says in `places` to go on from
  // there. DATA_LOSS when there is none and the job does not begin at step 0.
  absl::Status FindCheckpoint(TrainingPlaces& places);
  // Whether the base model's head is gone on from.
  void ReportHead();
  void ReportDamaged(int64_t step, const absl::Status& why);
  // The base model as the run begins with it, and its parameters.
  absl::Status PrepareBase(const std::string& checkpoint);
  absl::Status Train();
  // Reads the result as a stranger would, and compares.
  absl::Status CheckFiles();
  // The samples of the result's probe, made anew by its files.
  absl::StatusOr<std::vector<Example>> SamplesAnew() const;
  // The run record and the report.
  absl::Status WriteRecords();
  absl::Status WriteOutput(const char* file_name, const std::string& content);
  absl::StatusOr<Outcome> Seal();
  // The outcome without a model.
  Outcome Stopped() const;

  const TrainWork& work_;
  const WorkContext& context_;
  const RunEnd end_;
  const absl::Time start_time_;
  const std::string model_directory_;
  // For what the run makes for itself.
  const std::string scratch_directory_;
  std::string base_model_directory_;
  ModelDescription base_model_;
  ClassificationRequest request_;
  TrainingOptions options_;
  tunesmith::v1::Execution execution_;
  TrainingInputs inputs_;
  std::vector<int64_t> training_counts_;
  std::vector<tunesmith::v1::DataSummary> data_;
  std::vector<tunesmith::v1::Finding> findings_;
  absl::Duration preparation_time_;
  TrainingResult result_;
  std::vector<tunesmith::v1::Evaluation> evaluations_;
};

TrainRun::TrainRun(const TrainWork& work, const WorkContext& context)
    : work_(work),
      context_(context),
      end_(work, context),
      start_time_(context.clock.Now()),
      model_directory_(context.assignment.output_directory() + "/model"),
      scratch_directory_(context.assignment.output_directory() + "/scratch") {}

absl::Status TrainRun::StageInputs() {
  tunesmith::v1::Progress progress;
  progress.set_phase(tunesmith::v1::Progress::LOADING);
  context_.on_progress(progress);
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string artifact,
      VerifiedArtifact(context_.assignment, work_.base_model().artifact()));
  base_model_directory_ = artifact + "/model";
  TUNESMITH_ASSIGN_OR_RETURN(
      base_model_, DescribeModel(base_model_directory_, options_.image_size));
  TUNESMITH_ASSIGN_OR_RETURN(
      request_.training.path,
      VerifiedDataset(context_.assignment, work_.training()));
  if (request_.validation.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        request_.validation->path,
        VerifiedDataset(context_.assignment, work_.validation()));
  }
  if (request_.test.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        request_.test->path,
        VerifiedDataset(context_.assignment, work_.test()));
  }
  return absl::OkStatus();
}

void TrainRun::ReportExecution() {
  execution_ = ExecutionOf(context_, options_);
  *execution_.mutable_microbatches() = work_.execution().microbatches();
  execution_.set_microbatch(execution_.microbatches().empty()
                                ? options_.batch_size
                                : execution_.microbatches().rbegin()->rows());
  if (work_.execution().has_learning_rate_cut()) {
    *execution_.mutable_learning_rate_cut() =
        work_.execution().learning_rate_cut();
  }
  context_.reporter.Execution(execution_);
}

absl::Status TrainRun::PrepareData() {
  const absl::Duration begin = context_.clock.Monotonic();
  auto should_stop = [this] { return end_.ShouldStop(); };
  TUNESMITH_ASSIGN_OR_RETURN(
      std::unique_ptr<SampleKind> samples,
      MakeSampleKind({.spec = work_.spec(),
                      .directory = base_model_directory_,
                      .model = base_model_,
                      .threads = context_.threads,
                      .unreadable_images = request_.policy.unreadable_images},
                     should_stop));
  if (base_model_.image_input.has_value()) {
    TUNESMITH_ASSIGN_OR_RETURN(options_.pictures,
                               ToPictureOptions(*base_model_.image_input,
                                                work_.spec().augmentation()));
  }
  DataNotes notes;
  absl::StatusOr<ClassificationData> data =
      PrepareClassification(request_, *samples, notes, should_stop);
  Tell(notes.findings);
  for (const DataTotals& totals : notes.totals) {
    context_.reporter.DataSummary(totals);
    data_.push_back(ToWire(totals));
  }
  TUNESMITH_RETURN_IF_ERROR(data.status());
  inputs_ = {.base_model_directory = base_model_directory_,
             .labels = std::move(data->labels),
             .training = std::move(data->training),
             .validation = std::move(data->validation),
             .test = std::move(data->test)};
  ReportHead();
  training_counts_ = std::move(data->training_counts);
  options_.class_weights = ToClassWeights(
      Classification(work_.spec().task()).class_weights(), inputs_.labels,
      training_counts_, request_.policy.label_normalization);
  Tell(FindingsOfRun(inputs_, options_));
  preparation_time_ = context_.clock.Monotonic() - begin;
  return absl::OkStatus();
}

void TrainRun::Tell(const std::vector<DataFinding>& findings) {
  context_.reporter.Findings(findings);
  for (const DataFinding& finding : findings) {
    findings_.push_back(ToWire(finding));
  }
}

void TrainRun::ReportHead() {
  const HeadReuse reuse = ReuseHead(base_model_, inputs_.labels);
  if (reuse.remark.empty()) return;
  Tell({{.code = FindingCode::kHeadChanged,
         .severity = FindingSeverity::kNote,
         .message = reuse.remark}});
}

void TrainRun::ReportDamaged(int64_t step, const absl::Status& why) {
  tunesmith::v1::Finding finding;
  finding.set_code(tunesmith::v1::Finding::DAMAGED_CHECKPOINT);
  finding.set_severity(tunesmith::v1::Finding::WARNING);
  finding.set_message(absl::StrCat("the checkpoint after step ", step,
                                   " cannot be used: ", why.message()));
  finding.set_suggestion("the training goes on from an earlier one");
  context_.reporter.Finding(std::move(finding));
}

absl::Status TrainRun::FindCheckpoint(TrainingPlaces& places) {
  for (const internal::v1::CheckpointInput& checkpoint : work_.checkpoints()) {
    absl::StatusOr<std::string> directory =
        VerifiedArtifact(context_.assignment, checkpoint.artifact());
    if (directory.ok()) {
      places.resume_directory = *std::move(directory);
      places.is_fork =
          work_.is_fork() && checkpoint.step() == work_.first_step();
      return absl::OkStatus();
    }
    ReportDamaged(checkpoint.step(), directory.status());
  }
  if (!work_.has_first_step()) return absl::OkStatus();
  return ReasonedError(
      absl::StatusCode::kDataLoss, "DIGEST_MISMATCH",
      absl::StrCat("no sound checkpoint is left of a job that begins after "
                   "step ",
                   work_.first_step()));
}

absl::Status TrainRun::Train() {
  int64_t total_steps =
      TotalSteps(static_cast<int64_t>(inputs_.training.size()),
                 options_.batch_size, options_.epochs, options_.max_steps);
  CheckpointDirectory checkpoints(context_.assignment.checkpoint_directory(),
                                  work_.checkpoint_group());
  RunObserver observer(context_, inputs_.labels, total_steps, end_, execution_,
                       checkpoints);
  std::error_code error;
  std::filesystem::create_directory(model_directory_, error);
  if (error) {
    return absl::InternalError(
        absl::StrCat("cannot make ", model_directory_, ": ", error.message()));
  }
  TrainingPlaces places;
  places.output_directory = model_directory_;
  places.checkpoints = &checkpoints;
  places.energy_meter = MeterOf(context_.assignment.slot());
  TUNESMITH_RETURN_IF_ERROR(FindCheckpoint(places));
  TUNESMITH_RETURN_IF_ERROR(PrepareBase(places.resume_directory));
  TUNESMITH_ASSIGN_OR_RETURN(result_, worker::Train(inputs_, options_, places,
                                                    observer, context_.clock));
  for (const EvaluationFigures& figures : result_.evaluations) {
    evaluations_.push_back(ToWire(figures, inputs_.labels));
  }
  return absl::OkStatus();
}

absl::Status TrainRun::PrepareBase(const std::string& checkpoint) {
  TUNESMITH_ASSIGN_OR_RETURN(RunBase base,
                             PrepareRunBase({.directory = base_model_directory_,
                                             .description = base_model_,
                                             .parameters = options_.parameters,
                                             .checkpoint = checkpoint,
                                             .scratch = scratch_directory_}));
  inputs_.base_model_directory = std::move(base.directory);
  options_.parameters = std::move(base.parameters);
  if (base.finding.has_value()) Tell({*std::move(base.finding)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Example>> TrainRun::SamplesAnew() const {
  const ResultProbe& probe = result_.probe;
  const bool of_training = probe.split == DataSplit::kTraining;
  std::vector<Example> samples;
  std::vector<int64_t> rows;
  for (size_t place : probe.samples) {
    samples.push_back(
        (of_training ? inputs_.training : inputs_.validation)[place]);
    rows.push_back(samples.back().row);
  }
  if (!work_.spec().task().has_text_classification()) return samples;
  const TableFile& file = of_training || !request_.validation.has_value()
                              ? request_.training
                              : *request_.validation;
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<std::vector<int32_t>> encoded,
      EncodeRawTexts(
          model_directory_,
          {.file = file,
           .column = request_.sample_column,
           .rows = rows,
           .max_length = work_.spec().task().text_classification().max_length(),
           .threads = context_.threads}));
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i].token_ids = std::move(encoded[i]);
  }
  return samples;
}

absl::Status TrainRun::CheckFiles() {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Example> samples, SamplesAnew());
  const size_t count = samples.size();
  TUNESMITH_RETURN_IF_ERROR(CheckResult({.directory = model_directory_,
                                         .inputs = inputs_,
                                         .options = options_,
                                         .probe = result_.probe,
                                         .samples = std::move(samples)}));
  context_.reporter.Log(
      tunesmith::v1::LogLine::INFO,
      absl::StrCat("the finished model's files, read anew, give the same for ",
                   count, " rows"));
  return absl::OkStatus();
}

absl::Status TrainRun::WriteOutput(const char* file_name,
                                   const std::string& content) {
  return WriteFileDurably(
      absl::StrCat(context_.assignment.output_directory(), "/", file_name),
      content);
}

absl::Status TrainRun::WriteRecords() {
  const std::vector<SplitMistakes> mistakes =
      ShowMistakes({.result = result_,
                    .labels = inputs_.labels,
                    .validation = inputs_.validation,
                    .test = inputs_.test,
                    .transform = options_.pictures.has_value()
                                     ? &options_.pictures->transform
                                     : nullptr});
  FinishedRun run{
      .item = context_.assignment.item(),
      .execution = execution_,
      .labels = inputs_.labels,
      .class_weights = options_.class_weights,
      .training_counts = training_counts_,
      .training_rows = static_cast<int64_t>(inputs_.training.size()),
      .validation_rows = static_cast<int64_t>(inputs_.validation.size()),
      .test_rows = static_cast<int64_t>(inputs_.test.size()),
      .data = data_,
      .findings = findings_,
      .result = result_,
      .evaluations = evaluations_,
      .mistakes = mistakes,
      .start_time = start_time_,
      .end_time = context_.clock.Now(),
      .preparation_time = preparation_time_};
  TUNESMITH_ASSIGN_OR_RETURN(std::string record, SerializeRunRecord(run));
  TUNESMITH_RETURN_IF_ERROR(WriteOutput(kRunRecordFileName, record));
  return WriteOutput(kReportFileName, RenderReport(run));
}

absl::StatusOr<Outcome> TrainRun::Seal() {
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription description,
                             DescribeModel(model_directory_));
  TUNESMITH_ASSIGN_OR_RETURN(
      SealedDirectory sealed,
      SealDirectory(context_.assignment.output_directory()));
  Outcome outcome;
  internal::v1::TrainResult& result = *outcome.mutable_train();
  result.mutable_artifact()->set_store("local");
  result.mutable_artifact()->set_key(work_.output_key());
  result.mutable_artifact()->set_manifest_sha256(sealed.manifest_sha256);
  result.mutable_artifact()->set_size_bytes(sealed.manifest.TotalBytes());
  *result.mutable_model() = ToWire(description);
  for (const ManifestFile& file : sealed.manifest.files) {
    if (file.path == kWeightsPath) result.set_weights_digest(file.sha256);
  }
  if (result_.energy_joules.has_value()) {
    result.set_energy_joules(*result_.energy_joules);
  }
  if (const std::optional<EarlyStop>& stop = result_.early_stop) {
    *result.mutable_early_stop() = ToWire(*stop);
  }
  FitEvaluations(kMaxEvaluationBytes, evaluations_);
  for (tunesmith::v1::Evaluation& evaluation : evaluations_) {
    *result.mutable_model()->mutable_model()->add_evaluations() =
        std::move(evaluation);
  }
  return outcome;
}

Outcome TrainRun::Stopped() const {
  Outcome outcome;
  if (work_.last_step() > 0 && result_.steps >= work_.last_step()) {
    outcome.mutable_stretch();
  } else {
    outcome.mutable_suspended();
  }
  return outcome;
}

absl::StatusOr<Outcome> TrainRun::Run() {
  TUNESMITH_ASSIGN_OR_RETURN(request_, ToClassificationRequest(work_));
  TUNESMITH_ASSIGN_OR_RETURN(options_, ToTrainingOptions(work_));
  options_.device = context_.device;
  options_.threads = context_.threads;
  options_.features.directory = context_.assignment.feature_cache_directory();
  options_.features.max_bytes = context_.assignment.feature_cache_bytes();
  absl::Status status = StageInputs();
  if (status.ok()) {
    ReportExecution();
    status = PrepareData();
  }
  if (status.ok()) status = Train();
  if (status.ok() ? !result_.finished : end_.IsSuspended(status)) {
    return Stopped();
  }
  TUNESMITH_RETURN_IF_ERROR(end_.CauseOf(status));
  TUNESMITH_RETURN_IF_ERROR(CheckFiles());
  std::error_code error;
  std::filesystem::remove_all(scratch_directory_, error);
  if (error) return absl::InternalError(error.message());
  TUNESMITH_RETURN_IF_ERROR(WriteRecords());
  return Seal();
}

}  // namespace

absl::StatusOr<Outcome> DoTrainWork(const TrainWork& work,
                                    const WorkContext& context) {
  return TrainRun(work, context).Run();
}

}  // namespace tunesmith::worker
