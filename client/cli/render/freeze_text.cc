#include "client/cli/render/freeze_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {

namespace {

std::string WhenItTrains(const v1::ParameterFreeze& row) {
  if (row.frozen()) return "frozen";
  if (row.trains_from_epoch() == 0) return "trains";
  return absl::StrCat("trains after epoch ", row.trains_from_epoch());
}

std::string LearningRate(const v1::ParameterFreeze& row) {
  if (row.frozen()) return "";
  return absl::StrCat("x ", FormatFigure(row.learning_rate_factor()));
}

std::string RenderStages(const v1::PreviewFreezeResponse& preview) {
  if (preview.stages_size() < 2) return "";
  constexpr TextTable::Align kRight = TextTable::Align::kRight;
  TextTable stages({{"from epoch", kRight},
                    {"trains", kRight},
                    {"gradients and optimizer state", kRight},
                    {"backward pass saved", kRight}});
  for (const v1::FreezeStage& stage : preview.stages()) {
    stages.AddRow({absl::StrCat(stage.from_epoch() + 1),
                   FormatCount(stage.trainable_parameter_count()),
                   FormatBytes(stage.training_state_bytes()),
                   FormatShare(stage.backward_saved_fraction())});
  }
  return stages.Render() + "\n";
}

}  // namespace

std::string RenderFreezePreview(const v1::PreviewFreezeResponse& preview) {
  constexpr TextTable::Align kRight = TextTable::Align::kRight;
  TextTable parameters({{"parameter"},
                        {"shape", kRight},
                        {""},
                        {"learning rate", kRight},
                        {"rule"}});
  for (const v1::ParameterFreeze& row : preview.parameters()) {
    parameters.AddRow({row.parameter().name(),
                       absl::StrJoin(row.parameter().shape(), " x "),
                       WhenItTrains(row), LearningRate(row), row.rule()});
  }
  TextTable totals({{""}, {"parameters", kRight}, {"bytes", kRight}});
  totals.AddRow({"trains", FormatCount(preview.trainable_parameter_count()),
                 FormatBytes(preview.trainable_bytes())});
  totals.AddRow({"frozen", FormatCount(preview.frozen_parameter_count()),
                 FormatBytes(preview.frozen_bytes())});
  totals.AddRow({"gradients and optimizer state", "",
                 FormatBytes(preview.training_state_bytes())});
  return absl::StrCat(parameters.Render(), "\n", RenderStages(preview),
                      totals.Render(), "backward pass saved: ",
                      FormatShare(preview.backward_saved_fraction()), "\n");
}

}  // namespace tunesmith::cli
