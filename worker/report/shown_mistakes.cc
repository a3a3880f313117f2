#include "worker/report/shown_mistakes.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/status/statusor.h"
#include "worker/augmentation/augment_image.h"
#include "worker/data/archive.h"
#include "worker/data/image_inspection.h"
#include "worker/images/contact_sheet.h"
#include "worker/images/decode.h"

namespace tunesmith::worker {
namespace {

// A report with two sheets is still small.
constexpr size_t kMaxSheetBytesInReport = 1'000'000;

// Examples by row, of those rows alone that are asked for.
using ExamplesByRow = std::unordered_map<int64_t, const Example*>;

ExamplesByRow Select(std::span<const Mistake> mistakes,
                     std::span<const Example> examples) {
  ExamplesByRow selected;
  for (const Mistake& mistake : mistakes) selected[mistake.row] = nullptr;
  for (const Example& example : examples) {
    if (auto it = selected.find(example.row); it != selected.end()) {
      it->second = &example;
    }
  }
  return selected;
}

std::string LabelAt(int32_t index, std::span<const std::string> labels) {
  const size_t place = static_cast<size_t>(index);
  return index >= 0 && place < labels.size() ? labels[place] : "";
}

std::string PathOf(const Example* example) {
  if (example == nullptr || example->picture.archive == nullptr) return "";
  return example->picture.archive->files()[example->picture.file].path;
}

Image PictureOf(const Example* example, const ImageTransform& transform) {
  Image white{.width = 1, .height = 1, .rgb = {255, 255, 255}};
  if (example == nullptr || example->picture.archive == nullptr) return white;
  absl::StatusOr<std::string> bytes =
      example->picture.archive->Read(example->picture.file, kMaxImageFileBytes);
  if (!bytes.ok()) return white;
  absl::StatusOr<Image> picture = DecodeImage(*bytes);
  return picture.ok() ? EvaluatedPicture(*picture, transform) : white;
}

SplitMistakes ShowSplit(const EvaluationFigures& figures,
                        const MistakesToShow& all) {
  const bool is_test = figures.split == DataSplit::kTest;
  ExamplesByRow examples =
      Select(figures.mistakes, is_test ? all.test : all.validation);
  SplitMistakes shown;
  shown.split = is_test ? tunesmith::v1::TEST : tunesmith::v1::VALIDATION;
  std::vector<Image> pictures;
  for (const Mistake& mistake : figures.mistakes) {
    const Example* example = examples[mistake.row];
    shown.rows.push_back({.row = mistake.row,
                          .path = PathOf(example),
                          .label = LabelAt(mistake.label, all.labels),
                          .guess = LabelAt(mistake.guess, all.labels),
                          .confidence = mistake.confidence});
    if (all.transform == nullptr) continue;
    pictures.push_back(PictureOf(example, *all.transform));
  }
  if (pictures.empty()) return shown;
  const int columns =
      std::min(kSheetColumns, static_cast<int>(pictures.size()));
  absl::StatusOr<std::string> sheet =
      ContactSheetPng(pictures, {.columns = columns}, kMaxSheetBytesInReport);
  // Without it the table still tells the rows.
  if (sheet.ok()) shown.sheet = *std::move(sheet);
  return shown;
}

}  // namespace

std::vector<SplitMistakes> ShowMistakes(const MistakesToShow& mistakes) {
  std::vector<SplitMistakes> shown;
  for (const EvaluationFigures& figures : mistakes.result.evaluations) {
    if (figures.mistakes.empty()) continue;
    shown.push_back(ShowSplit(figures, mistakes));
  }
  return shown;
}

}  // namespace tunesmith::worker
