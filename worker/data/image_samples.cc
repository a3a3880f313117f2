#include "worker/data/image_samples.h"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/archive.h"
#include "worker/data/image_inspection.h"
#include "worker/data/picture_finder.h"
#include "worker/formats/printable.h"
#include "worker/images/decode.h"
#include "worker/images/out_of_memory.h"
#include "worker/images/perceptual_hash.h"

namespace tunesmith::worker {
namespace {

// Pictures that are decoded between two questions whether to stop.
constexpr size_t kBlockImages = 64;

// What looking at one row's picture told.
struct Look {
  size_t file = 0;
  std::string digest = {};
  std::optional<uint64_t> hash = {};
  absl::Status status = {};
};

Look LookAt(const Archive& archive, const PictureFinder& finder,
            const std::string& path) {
  Look look;
  const std::optional<PictureFinder::Found> found = finder.Find(path);
  if (!found.has_value()) {
    look.status = BadImage("the archive does not hold it");
    return look;
  }
  look.file = found->file;
  look.status = CatchBadAlloc([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(std::string bytes,
                               archive.Read(look.file, kMaxImageFileBytes));
    look.digest = Sha256Hex(bytes);
    TUNESMITH_ASSIGN_OR_RETURN(Image image, DecodeImage(bytes));
    look.hash = PerceptualHash(image);
    return absl::OkStatus();
  });
  return look;
}

DataFinding Unreadable(const LabelledSample& row, const absl::Status& why) {
  return {.code = IsIncompleteImage(why) ? FindingCode::kIncompleteImage
                                         : FindingCode::kBadImage,
          .severity = FindingSeverity::kWarning,
          .row = row.row,
          .message = absl::StrCat(Printable(row.sample), ": ",
                                  std::string(why.message())),
          .suggestion = "replace the picture, or leave it out"};
}

absl::Status BadRow(const TableFile& file, const DataFinding& finding) {
  return ReasonedError(
      absl::StatusCode::kInvalidArgument, "BAD_ROW",
      absl::StrCat("unusable picture of ", file.name, ", row ", *finding.row,
                   ": ", finding.message,
                   " (replace it, or set data.cleaning.unreadable_images to "
                   "DROP_ROW)"));
}

}  // namespace

absl::Status ImageSamples::Identify(const TableFile& file,
                                    std::vector<LabelledSample>& rows,
                                    FindingLog& findings) {
  TUNESMITH_ASSIGN_OR_RETURN(std::shared_ptr<const Archive> archive,
                             OpenArchive(file.path));
  const PictureFinder finder(*archive, file.format.manifest);
  std::vector<LabelledSample> usable;
  std::vector<Look> looks(kBlockImages);
  for (size_t begin = 0; begin < rows.size(); begin += kBlockImages) {
    if (should_stop_()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while looking at pictures");
    }
    const size_t count = std::min(kBlockImages, rows.size() - begin);
    ParallelFor(count, threads_, [&](size_t i) {
      looks[i] = LookAt(*archive, finder, rows[begin + i].sample);
    });
    for (size_t i = 0; i < count; ++i) {
      LabelledSample& row = rows[begin + i];
      // What is trained on must not depend on the memory at hand.
      if (IsPictureOutOfMemory(looks[i].status)) return looks[i].status;
      if (!looks[i].status.ok()) {
        DataFinding finding = Unreadable(row, looks[i].status);
        if (unreadable_ == RowAction::kFail) return BadRow(file, finding);
        findings.Add(std::move(finding));
        continue;
      }
      row.sample = std::move(looks[i].digest);
      known_.try_emplace(row.sample, Known{{archive, looks[i].file, row.sample},
                                           looks[i].hash});
      usable.push_back(std::move(row));
    }
  }
  if (usable.empty()) {
    return ReasonedError(
        absl::StatusCode::kInvalidArgument, "EMPTY_DATASET",
        absl::StrCat("no readable picture in ", file.name,
                     "; rows that were left out: ", rows.size()));
  }
  rows = std::move(usable);
  return absl::OkStatus();
}

void ImageSamples::FindOverlap(const std::vector<LabelledSample>& training,
                               const std::vector<LabelledSample>& other,
                               std::string_view split, FindingLog& findings) {
  SampleKind::FindOverlap(training, other, split, findings);
  std::unordered_set<std::string_view> same;
  std::vector<uint64_t> hashes;
  for (const LabelledSample& row : training) {
    same.insert(row.sample);
    const Known& known = known_.at(row.sample);
    if (known.hash.has_value()) hashes.push_back(*known.hash);
  }
  const size_t training_count = hashes.size();
  std::vector<int64_t> rows;
  for (const LabelledSample& row : other) {
    const Known& known = known_.at(row.sample);
    if (!known.hash.has_value() || same.contains(row.sample)) continue;
    hashes.push_back(*known.hash);
    rows.push_back(row.row);
  }
  const std::vector<size_t> first = FirstAlike(hashes);
  std::vector<int64_t> alike;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (first[training_count + i] < training_count) alike.push_back(rows[i]);
  }
  if (alike.empty()) return;
  findings.Add(
      {.code = FindingCode::kSplitOverlap,
       .severity = FindingSeverity::kWarning,
       .message = absl::StrCat(
           "pictures of ", std::string(split),
           " data that look the same as one in training data: ", alike.size(),
           ", the first is row ", alike[0]),
       .suggestion = "remove them: they make figures look better than they are",
       .count = static_cast<int64_t>(alike.size())});
}

absl::StatusOr<std::vector<Example>> ImageSamples::Encode(
    const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
    std::string_view, FindingLog&) {
  std::vector<Example> examples;
  examples.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    examples.push_back({.row = rows[i].row,
                        .token_ids = {},
                        .label = labels[i],
                        .picture = known_.at(rows[i].sample).source});
  }
  return examples;
}

}  // namespace tunesmith::worker
