#include "client/cli/render/freeze_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {

std::string RenderFreezePreview(const v1::PreviewFreezeResponse& preview) {
  constexpr TextTable::Align kRight = TextTable::Align::kRight;
  TextTable parameters({{"parameter"}, {"shape", kRight}, {""}, {"rule"}});
  for (const v1::ParameterFreeze& row : preview.parameters()) {
    parameters.AddRow({row.parameter().name(),
                       absl::StrJoin(row.parameter().shape(), " x "),
                       row.frozen() ? "frozen" : "trains", row.rule()});
  }
  TextTable totals({{""}, {"parameters", kRight}, {"bytes", kRight}});
  totals.AddRow({"trains", FormatCount(preview.trainable_parameter_count()),
                 FormatBytes(preview.trainable_bytes())});
  totals.AddRow({"frozen", FormatCount(preview.frozen_parameter_count()),
                 FormatBytes(preview.frozen_bytes())});
  totals.AddRow({"gradients and optimizer state", "",
                 FormatBytes(preview.training_state_bytes())});
  return absl::StrCat(parameters.Render(), "\n", totals.Render(),
                      "backward pass saved: ",
                      FormatShare(preview.backward_saved_fraction()), "\n");
}

}  // namespace tunesmith::cli
