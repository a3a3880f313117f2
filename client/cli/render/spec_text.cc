#include "client/cli/render/spec_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/augmentation_text.h"
#include "client/cli/render/device_text.h"
#include "client/cli/render/quantity.h"
#include "proto/contract/classification.h"

namespace tunesmith::cli {
namespace {

void AddData(const v1::Data& data, TextTable& table) {
  table.AddRow({"training data", data.training()});
  if (!data.validation().empty()) {
    table.AddRow({"validation data", data.validation()});
  } else if (data.has_validation_fraction()) {
    table.AddRow({"validation data",
                  absl::StrCat(FormatShare(data.validation_fraction()),
                               " split off from training data")});
  }
  if (!data.test().empty()) table.AddRow({"test data", data.test()});
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
  if (!classes.labels().empty()) {
    table.AddRow({"labels", absl::StrJoin(classes.labels(), ", ")});
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

void AddSpecRows(const v1::JobSpec& spec, TextTable& table) {
  table.AddRow({"base model", spec.base_model()});
  AddData(spec.data(), table);
  AddTask(spec.task(), table);
  AddHyperparameters(spec.hyperparameters(), table);
  table.AddRow({"frozen", absl::StrCat(DescribeFreeze(spec.freeze()),
                                       spec.freeze().normalization()
                                           ? "; batch normalisation"
                                           : "")});
  if (spec.has_augmentation()) {
    table.AddRow({"augmentation", DescribeAugmentation(spec.augmentation())});
  }
  if (std::string demands = DescribeResources(spec.resources());
      !demands.empty()) {
    table.AddRow({"demands", demands});
  }
  if (spec.has_seed()) table.AddRow({"seed", absl::StrCat(spec.seed())});
}

}  // namespace tunesmith::cli
