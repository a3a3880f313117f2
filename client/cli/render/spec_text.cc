#include "client/cli/render/spec_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/augmentation_text.h"
#include "client/cli/render/device_text.h"
#include "client/cli/render/quantity.h"
#include "proto/contract/base/visible_text.h"
#include "proto/contract/classification.h"
#include "proto/contract/metric_name.h"

namespace tunesmith::cli {
namespace {

void AddCleaning(const v1::CleaningPolicy& cleaning, TextTable& table) {
  if (cleaning.has_max_dropped_fraction()) {
    const double most = cleaning.max_dropped_fraction();
    table.AddRow({"rows left out",
                  most == 0 ? "none, or the job fails"
                            : absl::StrCat("at most ", FormatShare(most))});
  }
  if (cleaning.label_normalization() == v1::CleaningPolicy::TRIM) {
    table.AddRow({"labels are", "trimmed"});
  } else if (cleaning.label_normalization() == v1::CleaningPolicy::FOLD) {
    table.AddRow({"labels are", "trimmed, letter case folded"});
  }
}

void AddData(const v1::Data& data, TextTable& table) {
  if (!data.training().empty()) {
    table.AddRow({"training data", data.training()});
  }
  if (!data.split_column().empty()) {
    table.AddRow({"split by", absl::StrCat("column ", data.split_column())});
  }
  if (!data.validation().empty()) {
    table.AddRow({"validation data", data.validation()});
  } else if (data.validation_fraction() > 0) {
    table.AddRow({"validation data",
                  absl::StrCat(FormatShare(data.validation_fraction()),
                               " split off from training data")});
  }
  if (!data.test().empty()) table.AddRow({"test data", data.test()});
  AddCleaning(data.cleaning(), table);
}

std::string LabelList(
    const google::protobuf::RepeatedPtrField<std::string>& labels) {
  constexpr int kLabelsShown = 20;
  std::vector<std::string> shown;
  for (const std::string& label : labels) {
    if (shown.size() == kLabelsShown) break;
    shown.push_back(VisibleText(label));
  }
  std::string text = absl::StrJoin(shown, ", ");
  if (labels.size() > kLabelsShown) {
    absl::StrAppend(&text, ", and ", FormatCount(labels.size() - kLabelsShown),
                    " more");
  }
  return text;
}

std::string DescribeWeights(const v1::ClassWeights& weights) {
  if (weights.has_balanced()) return "balanced";
  std::vector<std::string> rows;
  for (const auto& row : weights.table().weights()) {
    rows.push_back(absl::StrCat(VisibleText(row.label()), " ",
                                FormatFigure(row.weight())));
  }
  return absl::StrJoin(rows, ", ");
}

void AddTask(const v1::Task& task, TextTable& table) {
  const Classification classes(task);
  if (!classes.sample_column().empty() || !classes.label_column().empty()) {
    table.AddRow({"columns", absl::StrCat(classes.sample_column(), " -> ",
                                          classes.label_column())});
  }
  if (task.text_classification().has_max_length()) {
    table.AddRow(
        {"max length",
         absl::StrCat(task.text_classification().max_length(), " tokens")});
  }
  if (task.image_classification().has_image_size()) {
    table.AddRow(
        {"image size", absl::StrCat(task.image_classification().image_size())});
  }
  if (!classes.labels().empty()) {
    table.AddRow({"labels", LabelList(classes.labels())});
  }
  if (std::string weights = DescribeWeights(classes.class_weights());
      !weights.empty()) {
    table.AddRow({"class weights", weights});
  }
}

std::string ScheduleName(const v1::Hyperparameters::Schedule& schedule) {
  switch (schedule.kind_case()) {
    case v1::Hyperparameters::Schedule::kCosine:
      return "cosine";
    case v1::Hyperparameters::Schedule::kConstant:
      return "constant";
    case v1::Hyperparameters::Schedule::kOneCycle:
      return "one-cycle";
    default:
      return "linear";
  }
}

void AddHyperparameters(const v1::Hyperparameters& values, TextTable& table) {
  if (values.has_epochs()) {
    table.AddRow({"epochs", FormatFigure(values.epochs())});
  }
  if (values.has_max_steps()) {
    table.AddRow({"steps", FormatCount(values.max_steps())});
  }
  if (values.has_batch_size()) {
    table.AddRow({"batch size", absl::StrCat(values.batch_size())});
  }
  if (values.has_learning_rate()) {
    std::string text = FormatFigure(values.learning_rate());
    if (values.has_schedule()) {
      absl::StrAppend(&text, ", ", ScheduleName(values.schedule()));
    }
    if (values.has_warmup_fraction()) {
      absl::StrAppend(&text, ", warm-up ",
                      FormatShare(values.warmup_fraction()));
    }
    table.AddRow({"learning rate", text});
  }
  if (values.has_layer_decay() && values.layer_decay() != 1) {
    table.AddRow({"layer decay", FormatFigure(values.layer_decay())});
  }
  for (const auto& group : values.learning_rate_groups()) {
    table.AddRow(
        {"learning rate of", absl::StrCat(group.pattern(), ": times ",
                                          FormatFigure(group.factor()))});
  }
  if (values.has_weight_decay()) {
    table.AddRow({"weight decay", FormatFigure(values.weight_decay())});
  }
  if (values.label_smoothing() > 0) {
    table.AddRow({"label smoothing", FormatFigure(values.label_smoothing())});
  }
  if (values.has_dropout()) {
    table.AddRow({"dropout", FormatFigure(values.dropout())});
  }
  if (values.precision() != v1::Hyperparameters::PRECISION_UNSPECIFIED &&
      values.precision() != v1::Hyperparameters::AUTO) {
    table.AddRow({"precision", PrecisionName(values.precision())});
  }
  if (values.has_deterministic() && !values.deterministic()) {
    table.AddRow({"deterministic", "no"});
  }
}

void AddEvaluation(const v1::JobSpec& spec, TextTable& table) {
  const v1::EvaluationPolicy& evaluation = spec.evaluation();
  if (evaluation.has_keep_best()) {
    table.AddRow(
        {"keeps", evaluation.keep_best()
                      ? absl::StrCat("the epoch of the best ",
                                     MetricName(evaluation.primary_metric()))
                      : "the last weights"});
  }
  if (evaluation.has_early_stopping()) {
    const auto& stopping = evaluation.early_stopping();
    std::string text = absl::StrCat(
        "after ", stopping.patience(),
        stopping.patience() == 1 ? " epoch" : " epochs", " without a better ",
        MetricName(evaluation.primary_metric()));
    if (stopping.min_delta() > 0) {
      absl::StrAppend(&text, " (by ", FormatFigure(stopping.min_delta()), ")");
    }
    table.AddRow({"stops early", text});
  }
  if (spec.checkpoints().has_retention()) {
    table.AddRow({"checkpoints stay",
                  absl::StrCat(FormatElapsed(spec.checkpoints().retention()),
                               " after its end")});
  }
}

}  // namespace

std::string DescribeFreeze(const v1::FreezePolicy& freeze) {
  switch (freeze.kind_case()) {
    case v1::FreezePolicy::kBackbone:
      return "backbone (only the head trains)";
    case v1::FreezePolicy::kFirstLayers: {
      const v1::FreezePolicy::FirstLayers& first = freeze.first_layers();
      bool embeddings = !first.has_embeddings() || first.embeddings();
      return absl::StrCat("first ", first.count(), " layers",
                          embeddings ? " and embeddings" : "");
    }
    case v1::FreezePolicy::kLastLayersTrainable:
      return absl::StrCat("all but the last ",
                          freeze.last_layers_trainable().count(), " layers");
    case v1::FreezePolicy::kPatterns: {
      std::string text;
      if (freeze.patterns().frozen_size() > 0) {
        text = absl::StrCat("frozen: ",
                            absl::StrJoin(freeze.patterns().frozen(), ", "));
      }
      if (freeze.patterns().trainable_size() > 0) {
        absl::StrAppend(&text, text.empty() ? "" : "; ", "trainable: ",
                        absl::StrJoin(freeze.patterns().trainable(), ", "));
      }
      return text;
    }
    case v1::FreezePolicy::kGradualUnfreezing:
      return "gradual unfreezing, from the head down";
    case v1::FreezePolicy::kHeadFirst:
      return absl::StrCat("all but the head for ", freeze.head_first().epochs(),
                          " epochs");
    default:
      return "none (everything trains)";
  }
}

namespace {

// How it is trained.
void AddTrainingRows(const v1::JobSpec& spec, TextTable& table) {
  AddHyperparameters(spec.hyperparameters(), table);
  AddEvaluation(spec, table);
  table.AddRow({"frozen", absl::StrCat(DescribeFreeze(spec.freeze()),
                                       spec.freeze().normalization()
                                           ? "; batch normalisation"
                                           : "")});
  if (spec.has_augmentation()) {
    table.AddRow({"augmentation", DescribeAugmentation(spec.augmentation())});
  }
}

}  // namespace

void AddSpecRows(const v1::JobSpec& spec, TextTable& table) {
  const bool measures = spec.purpose() == v1::JobSpec::EVALUATE;
  table.AddRow({measures ? "measures" : "base model", spec.base_model()});
  AddData(spec.data(), table);
  AddTask(spec.task(), table);
  if (!measures) AddTrainingRows(spec, table);
  if (std::string demands = DescribeResources(spec.resources());
      !demands.empty()) {
    table.AddRow({"demands", demands});
  }
  if (spec.has_seed()) table.AddRow({"seed", absl::StrCat(spec.seed())});
}

}  // namespace tunesmith::cli
