#include "worker/trainer/preview_work.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/augmentation/augment_image.h"
#include "worker/augmentation/batch_mix.h"
#include "worker/augmentation/mix_pictures.h"
#include "worker/augmentation/picture_key.h"
#include "worker/data/archive.h"
#include "worker/data/image_inspection.h"
#include "worker/data/picture_finder.h"
#include "worker/data/table.h"
#include "worker/formats/printable.h"
#include "worker/images/contact_sheet.h"
#include "worker/images/decode.h"
#include "worker/models/description.h"
#include "worker/trainer/wire_augmentation.h"
#include "worker/trainer/wire_spec.h"

namespace tunesmith::worker {
namespace {

using internal::v1::Outcome;
using internal::v1::PreviewWork;

// Rows that are read between two questions whether to stop.
constexpr int64_t kStopInterval = 4096;
// Rows that are tried for one sample.
constexpr size_t kMaxTries = 64;

// A picture as it is in its file.
struct Picture {
  Image image;
  // SHA-256 of the file.
  std::string digest;
};

// A row of the sheet; no tiles where no picture could be read.
struct SheetRow {
  std::string path;
  std::vector<Image> tiles = {};
  // Of what the network sees.
  int width = 0;
  int height = 0;
};

absl::Status InvalidData(const char* reason, const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, reason, message);
}

// What is asked for, with the inputs opened. Not thread-safe but for DrawRow.
class Preview {
 public:
  // Both must outlive it.
  Preview(const PreviewWork& work, const WorkContext& context)
      : work_(work), context_(context) {}

  absl::Status Open();
  // The paths of all rows that have one.
  absl::Status ReadPaths();
  absl::StatusOr<Outcome> Draw() const;

 private:
  bool ShouldStop() const {
    return context_.stop_request() != StopRequest::kNone;
  }
  absl::Status OpenModel();
  // Where the column of the paths is; columns may show row by row.
  std::optional<size_t> ColumnIndex() const;
  absl::Status UnknownColumn() const;
  // A part of the rows, of which one is to be shown.
  struct Stretch {
    size_t begin = 0;
    size_t end = 0;
  };
  absl::StatusOr<std::vector<Stretch>> Stretches() const;
  SheetRow DrawRow(const Stretch& stretch) const;
  absl::StatusOr<Picture> Read(const std::string& path) const;
  SheetRow RowOf(const std::string& path, const Picture& picture) const;
  // Of rows that all have tiles.
  void MixColumns(std::vector<SheetRow>& rows) const;

  const PreviewWork& work_;
  const WorkContext& context_;
  PictureOptions options_;
  std::unique_ptr<TableReader> table_;
  std::unique_ptr<Archive> archive_;
  std::optional<PictureFinder> finder_;
  std::vector<std::string> paths_;
};

absl::Status Preview::OpenModel() {
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string artifact,
      VerifiedArtifact(context_.assignment, work_.base_model().artifact()));
  TUNESMITH_ASSIGN_OR_RETURN(ModelDescription model,
                             DescribeModel(artifact + "/model"));
  if (!model.image_input.has_value()) {
    return InvalidData(
        "TASK_NOT_SUPPORTED",
        "the model is no network of pictures: " + work_.base_model().name());
  }
  TUNESMITH_ASSIGN_OR_RETURN(
      options_, ToPictureOptions(*model.image_input, work_.augmentation()));
  return absl::OkStatus();
}

absl::Status Preview::Open() {
  TUNESMITH_RETURN_IF_ERROR(OpenModel());
  TUNESMITH_ASSIGN_OR_RETURN(TableFormat format,
                             ToTableFormat(work_.dataset().format()));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string path, VerifiedDataset(context_.assignment, work_.dataset()));
  TUNESMITH_ASSIGN_OR_RETURN(table_, OpenTable(path, format));
  TUNESMITH_ASSIGN_OR_RETURN(archive_, OpenArchive(path));
  finder_.emplace(*archive_, format.manifest);
  return absl::OkStatus();
}

std::optional<size_t> Preview::ColumnIndex() const {
  const std::vector<std::string>& columns = table_->columns();
  auto found = std::find(columns.begin(), columns.end(), work_.image_column());
  if (found == columns.end()) return std::nullopt;
  return static_cast<size_t>(found - columns.begin());
}

absl::Status Preview::UnknownColumn() const {
  return InvalidData("UNKNOWN_COLUMN",
                     absl::StrCat("unknown column of ", work_.dataset().name(),
                                  ": ", Printable(work_.image_column())));
}

absl::Status Preview::ReadPaths() {
  Row row;
  for (int64_t rows = 0;; ++rows) {
    if (rows % kStopInterval == 0 && ShouldStop()) {
      return absl::CancelledError("cancelled while reading a dataset");
    }
    TUNESMITH_ASSIGN_OR_RETURN(bool has_row, table_->Next(row));
    if (!has_row) break;
    std::optional<size_t> column = ColumnIndex();
    if (row.problem.has_value() || !column.has_value()) continue;
    if (*column >= row.cells.size() || row.cells[*column].text.empty()) {
      continue;
    }
    paths_.push_back(std::move(row.cells[*column].text));
  }
  if (!ColumnIndex().has_value()) return UnknownColumn();
  if (paths_.empty()) {
    return InvalidData("EMPTY_DATASET", "no row names a picture, dataset: " +
                                            work_.dataset().name());
  }
  return absl::OkStatus();
}

absl::StatusOr<Picture> Preview::Read(const std::string& path) const {
  const std::optional<PictureFinder::Found> found = finder_->Find(path);
  if (!found.has_value()) return BadImage("the archive does not hold it");
  TUNESMITH_ASSIGN_OR_RETURN(std::string bytes,
                             archive_->Read(found->file, kMaxImageFileBytes));
  TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
  return Picture{std::move(image), Sha256Hex(bytes)};
}

SheetRow Preview::RowOf(const std::string& path, const Picture& picture) const {
  SheetRow row{.path = path};
  Image evaluated = EvaluatedPicture(picture.image, options_.transform);
  row.width = evaluated.width;
  row.height = evaluated.height;
  row.tiles.push_back(TileOf(std::move(evaluated)));
  for (int64_t epoch = 0; epoch < work_.epochs(); ++epoch) {
    row.tiles.push_back(TileOf(AugmentedPicture(
        picture.image, options_.transform, options_.augmentation,
        KeyOfPicture(work_.seed(), epoch, picture.digest))));
  }
  return row;
}

absl::StatusOr<std::vector<Preview::Stretch>> Preview::Stretches() const {
  const size_t count = paths_.size();
  const auto wanted = static_cast<size_t>(work_.samples());
  std::vector<Stretch> stretches;
  if (work_.skip() < 0) {
    const size_t samples = std::min(wanted, count);
    for (size_t i = 0; i < samples; ++i) {
      const size_t begin = i * count / samples;
      const size_t end = (i + 1) * count / samples;
      stretches.push_back({begin, std::min(end, begin + kMaxTries)});
    }
    return stretches;
  }
  const auto skip = static_cast<size_t>(work_.skip());
  if (skip >= count) {
    return InvalidData(
        "INVALID_FIELD",
        absl::StrCat("skip must be less than the ", count, " pictures of ",
                     work_.dataset().name(), ", got: ", skip));
  }
  for (size_t i = skip; i < std::min(count, skip + wanted); ++i) {
    stretches.push_back({i, i + 1});
  }
  return stretches;
}

SheetRow Preview::DrawRow(const Stretch& stretch) const {
  for (size_t i = stretch.begin; i < stretch.end; ++i) {
    if (ShouldStop()) break;
    absl::StatusOr<Picture> picture = Read(paths_[i]);
    if (picture.ok()) return RowOf(paths_[i], *picture);
  }
  return {};
}

void Preview::MixColumns(std::vector<SheetRow>& rows) const {
  if (std::holds_alternative<std::monostate>(options_.mix)) return;
  for (int epoch = 0; epoch < work_.epochs(); ++epoch) {
    const size_t column = static_cast<size_t>(epoch) + 1;
    std::vector<Image> batch;
    for (SheetRow& row : rows) batch.push_back(std::move(row.tiles[column]));
    const MixDraw draw =
        DrawMix(options_.mix,
                {.seed = work_.seed(), .epoch = static_cast<uint64_t>(epoch)},
                rows[0].width, rows[0].height);
    MixPictures(draw, rows[0].width, rows[0].height, batch);
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i].tiles[column] = std::move(batch[i]);
    }
  }
}

absl::StatusOr<Outcome> Preview::Draw() const {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Stretch> stretches, Stretches());
  std::vector<SheetRow> rows(stretches.size());
  ParallelFor(rows.size(), static_cast<size_t>(context_.threads),
              [&](size_t i) { rows[i] = DrawRow(stretches[i]); });
  if (ShouldStop()) return absl::CancelledError("cancelled while drawing");
  std::erase_if(rows, [](const SheetRow& row) { return row.tiles.empty(); });
  if (rows.empty()) {
    return InvalidData("EMPTY_DATASET",
                       "no picture that was tried can be read, dataset: " +
                           work_.dataset().name());
  }
  MixColumns(rows);
  Outcome outcome;
  std::vector<Image> tiles;
  for (SheetRow& row : rows) {
    outcome.mutable_preview()->add_samples(std::move(row.path));
    std::move(row.tiles.begin(), row.tiles.end(), std::back_inserter(tiles));
  }
  outcome.mutable_preview()->set_sample_count(
      static_cast<int64_t>(paths_.size()));
  TUNESMITH_ASSIGN_OR_RETURN(
      *outcome.mutable_preview()->mutable_png(),
      ContactSheetPng(tiles,
                      {.columns = work_.epochs() + 1, .numbered = true}));
  return outcome;
}

}  // namespace

absl::StatusOr<Outcome> DoPreviewWork(const PreviewWork& work,
                                      const WorkContext& context) {
  if (work.samples() < 1 || work.epochs() < 1) {
    return absl::InternalError("the work item leaves the sheet's size open");
  }
  Preview preview(work, context);
  TUNESMITH_RETURN_IF_ERROR(preview.Open());
  TUNESMITH_RETURN_IF_ERROR(preview.ReadPaths());
  return preview.Draw();
}

}  // namespace tunesmith::worker
