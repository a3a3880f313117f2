#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/render/confusion_text.h"
#include "client/cli/render/evaluation_text.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/resource_text.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {
namespace {

constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string StateOf(const v1::Model& model) {
  return v1::Model::State_IsValid(model.state())
             ? v1::Model::State_Name(model.state())
             : absl::StrCat(model.state());
}

std::string OriginOf(const v1::Model& model) {
  if (!model.origin().job().empty()) return model.origin().job();
  return model.origin().source();
}

// How the network wants its pictures, for the preprocessing to be compared.
void AddInput(const v1::ImageInput& input, TextTable& table) {
  bool bicubic = input.interpolation() == v1::ImageInput::BICUBIC;
  bool bgr = input.channel_order() == v1::ImageInput::BGR;
  const bool squashed = input.scaling() == v1::ImageInput::BOTH_SIDES;
  const bool cut = !squashed || input.resize_size() != input.size();
  table.AddRow(
      {"pictures",
       absl::StrCat(
           input.size(), " pixels",
           cut ? absl::StrCat(", cut out of ", input.resize_size()) : "",
           squashed ? ", squashed to a square" : "",
           bicubic ? ", bicubic" : ", bilinear", bgr ? ", BGR" : ", RGB")});
  table.AddRow({"mean", absl::StrJoin(input.mean(), ", ")});
  table.AddRow(
      {"standard deviation", absl::StrJoin(input.standard_deviation(), ", ")});
}

void AddFacts(const v1::Model& model, TextTable& table) {
  table.AddRow({"family", model.family()});
  table.AddRow({"parameters", FormatCount(model.parameter_count())});
  table.AddRow({"weights", absl::StrCat(FormatBytes(model.size_bytes()), " ",
                                        model.dtype())});
  table.AddRow({"layers", absl::StrCat(model.layer_count())});
  if (model.has_image_input()) {
    AddInput(model.image_input(), table);
  } else {
    table.AddRow(
        {"longest text", absl::StrCat(model.max_sequence_length(), " tokens")});
  }
  if (model.head_labels_size() > 0) {
    table.AddRow({"labels", absl::StrJoin(model.head_labels(), ", ")});
  }
  for (const std::string& note : model.notes()) {
    table.AddRow({"note", note});
  }
}

}  // namespace

std::string RenderModels(const std::vector<v1::Model>& models, absl::Time now) {
  if (models.empty()) return "no models\n";
  TextTable table({{"NAME"},
                   {"STATE"},
                   {"FAMILY"},
                   {"PARAMETERS", kRight},
                   {"SIZE", kRight},
                   {"ORIGIN"},
                   {"AGE"}});
  for (const v1::Model& model : models) {
    table.AddRow({model.name(), StateOf(model), model.family(),
                  FormatCount(model.parameter_count()),
                  FormatBytes(model.size_bytes()), OriginOf(model),
                  FormatAge(model.create_time(), now)});
  }
  return table.Render();
}

std::string RenderModel(const v1::Model& model, absl::TimeZone zone) {
  TextTable table({{""}, {""}});
  table.AddRow({"name", model.name()});
  if (!model.display_name().empty()) {
    table.AddRow({"display name", model.display_name()});
  }
  table.AddRow({"state", StateOf(model)});
  if (model.has_error()) table.AddRow({"error", model.error().message()});
  if (model.state() == v1::Model::READY) AddFacts(model, table);
  if (!model.license().empty()) table.AddRow({"licence", model.license()});
  table.AddRow({"origin", OriginOf(model)});
  // Nearest first.
  for (int i = 0; i < model.origin().lineage_size(); ++i) {
    table.AddRow({i == 0 ? "made from" : "", model.origin().lineage(i)});
  }
  if (!model.origin().revision().empty()) {
    table.AddRow({"revision", model.origin().revision()});
  }
  table.AddRow({"digest", model.digest()});
  if (!model.weights_digest().empty()) {
    table.AddRow({"digest of weights", model.weights_digest()});
  }
  table.AddRow({"created", FormatTime(model.create_time(), zone)});
  std::string text = table.Render();
  if (std::string figures = RenderBeforeAndAfter(model.evaluations());
      !figures.empty()) {
    absl::StrAppend(&text, "\n", figures);
  }
  const v1::Evaluation* final = FinalEvaluation(model.evaluations());
  if (final != nullptr) {
    absl::StrAppend(&text, "\n", RenderClasses(*final), "\n",
                    RenderConfusion(*final));
  }
  return text;
}

}  // namespace tunesmith::cli
