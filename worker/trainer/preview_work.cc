#include "worker/trainer/preview_work.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/augmentation/augment_image.h"
#include "worker/augmentation/picture_key.h"
#include "worker/data/archive.h"
#include "worker/data/image_inspection.h"
#include "worker/data/image_table.h"
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
  std::vector<Image> tiles;
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
  SheetRow DrawRow(size_t sample, size_t samples) const;
  absl::StatusOr<Picture> Read(const std::string& path) const;
  std::vector<Image> TilesOf(const Picture& picture) const;

  const PreviewWork& work_;
  const WorkContext& context_;
  PictureOptions options_;
  std::string folder_;
  std::unique_ptr<TableReader> table_;
  std::unique_ptr<Archive> archive_;
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
  folder_ = ManifestFolder(format.manifest);
  TUNESMITH_ASSIGN_OR_RETURN(table_, OpenTable(path, format));
  TUNESMITH_ASSIGN_OR_RETURN(archive_, OpenArchive(path));
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
  TUNESMITH_ASSIGN_OR_RETURN(size_t file, archive_->Find(folder_ + path));
  TUNESMITH_ASSIGN_OR_RETURN(std::string bytes,
                             archive_->Read(file, kMaxImageFileBytes));
  TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
  return Picture{std::move(image), Sha256Hex(bytes)};
}

std::vector<Image> Preview::TilesOf(const Picture& picture) const {
  std::vector<Image> tiles;
  tiles.push_back(TileOf(EvaluatedPicture(picture.image, options_.transform)));
  for (int64_t epoch = 0; epoch < work_.epochs(); ++epoch) {
    tiles.push_back(TileOf(AugmentedPicture(
        picture.image, options_.transform, options_.augmentation,
        KeyOfPicture(work_.seed(), epoch, picture.digest))));
  }
  return tiles;
}

SheetRow Preview::DrawRow(size_t sample, size_t samples) const {
  const size_t begin = sample * paths_.size() / samples;
  const size_t end = (sample + 1) * paths_.size() / samples;
  for (size_t i = begin; i < std::min(end, begin + kMaxTries); ++i) {
    if (ShouldStop()) break;
    absl::StatusOr<Picture> picture = Read(paths_[i]);
    if (picture.ok()) return {paths_[i], TilesOf(*picture)};
  }
  return {};
}

absl::StatusOr<Outcome> Preview::Draw() const {
  const size_t samples =
      std::min(static_cast<size_t>(work_.samples()), paths_.size());
  std::vector<SheetRow> rows(samples);
  ParallelFor(samples, static_cast<size_t>(context_.threads),
              [&](size_t i) { rows[i] = DrawRow(i, samples); });
  if (ShouldStop()) return absl::CancelledError("cancelled while drawing");
  Outcome outcome;
  std::vector<Image> tiles;
  for (SheetRow& row : rows) {
    if (row.tiles.empty()) continue;
    outcome.mutable_preview()->add_samples(std::move(row.path));
    std::move(row.tiles.begin(), row.tiles.end(), std::back_inserter(tiles));
  }
  if (tiles.empty()) {
    return InvalidData("EMPTY_DATASET",
                       "no picture that was tried can be read, dataset: " +
                           work_.dataset().name());
  }
  TUNESMITH_ASSIGN_OR_RETURN(*outcome.mutable_preview()->mutable_png(),
                             ContactSheetPng(tiles, work_.epochs() + 1));
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
