#include "worker/data/image_inspection.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/parallel_for.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/data/archive.h"
#include "worker/data/folder_layout.h"
#include "worker/data/image_table.h"
#include "worker/data/manifest_inspection.h"
#include "worker/formats/printable.h"
#include "worker/images/decode.h"
#include "worker/images/image_type.h"
#include "worker/images/out_of_memory.h"
#include "worker/images/perceptual_hash.h"
#include "worker/images/uniformity.h"

namespace tunesmith::worker {
namespace {

// Pictures that are decoded between two questions whether to stop.
constexpr size_t kBlockImages = 64;
// Below it, networks get mostly what scaling up has made up.
constexpr int kTinySide = 32;
// Difference in alpha that shows a shape.
constexpr int kShownAlpha = 16;
// Of 16 bits: fewer leave less than a quarter of the brightness.
constexpr int kDimBits = 14;
// An ending is odd when another one is so many times as frequent.
constexpr int64_t kUsualTimes = 10;

// What looking at one picture told.
struct Look {
  size_t file = 0;
  // Without a digest, the file could not be read.
  std::string digest;
  ImageType type = ImageType::kUnknown;
  int width = 0;
  int height = 0;
  ImageTraits traits;
  bool is_uniform = false;
  std::optional<uint64_t> hash;
  // An earlier one has the same bytes.
  bool is_copy = false;
  absl::Status status;
};

// What follows the last dot of a path, in lower case.
std::string EndingOf(const std::string& path) {
  return absl::AsciiStrToLower(path.substr(path.rfind('.') + 1));
}

// macOS keeps what it knows of a file in one of the same name.
bool IsDesktopFile(std::string_view path) {
  return path.substr(path.rfind('/') + 1).starts_with("._") ||
         path.starts_with("__MACOSX/");
}

class Inspector {
 public:
  Inspector(const Archive& archive, const std::string& manifest,
            FindingLog& findings)
      : archive_(archive),
        layout_(archive),
        manifest_(manifest),
        findings_(findings) {
    for (size_t i = 0; i < archive.files().size(); ++i) {
      if (IsImagePath(archive.files()[i].path)) {
        looks_.emplace_back().file = i;
      }
    }
  }

  absl::Status LookAtAll(size_t threads,
                         const std::function<bool()>& should_stop);
  void Report();

 private:
  const std::string& PathOf(const Look& look) const {
    return archive_.files()[look.file].path;
  }
  void LookAt(Look& look) const;
  void Add(FindingCode code, FindingSeverity severity, const Look& look,
           const std::string& what, const char* suggestion);
  void ReportOne(const Look& look);
  void ReportContent(const Look& look);
  void ReportEndings();
  void ReportCopies();
  void ReportAlike();
  void ReportIgnored();
  std::string DisguisedPictures(const std::vector<std::string>& ignored) const;
  void ReportLayout();

  const Archive& archive_;
  const FolderLayout layout_;
  const std::string& manifest_;
  FindingLog& findings_;
  std::vector<Look> looks_;
};

void Inspector::LookAt(Look& look) const {
  look.status = CatchBadAlloc([&]() -> absl::Status {
    TUNESMITH_ASSIGN_OR_RETURN(std::string bytes,
                               archive_.Read(look.file, kMaxImageFileBytes));
    look.digest = Sha256Hex(bytes);
    look.type = TypeOfBytes(bytes);
    TUNESMITH_ASSIGN_OR_RETURN(DecodedPicture picture, DecodePicture(bytes));
    look.width = picture.image.width;
    look.height = picture.image.height;
    look.traits = picture.traits;
    look.is_uniform = IsNearlyUniform(picture.image);
    look.hash = PerceptualHash(picture.image);
    return absl::OkStatus();
  });
}

absl::Status Inspector::LookAtAll(size_t threads,
                                  const std::function<bool()>& should_stop) {
  for (size_t begin = 0; begin < looks_.size(); begin += kBlockImages) {
    if (should_stop()) {
      return ReasonedError(absl::StatusCode::kCancelled, "CANCELLED",
                           "cancelled while looking at pictures");
    }
    const size_t end = std::min(begin + kBlockImages, looks_.size());
    ParallelFor(end - begin, threads,
                [&](size_t i) { LookAt(looks_[begin + i]); });
    for (size_t i = begin; i < end; ++i) {
      if (IsPictureOutOfMemory(looks_[i].status)) return looks_[i].status;
    }
  }
  return absl::OkStatus();
}

void Inspector::Add(FindingCode code, FindingSeverity severity,
                    const Look& look, const std::string& what,
                    const char* suggestion) {
  DataFinding finding{.code = code, .severity = severity};
  if (manifest_.empty()) {
    finding.row = static_cast<int64_t>(&look - looks_.data()) + 1;
  }
  finding.message = absl::StrCat(Printable(PathOf(look)), ": ", what);
  finding.suggestion = suggestion;
  findings_.Add(std::move(finding));
}

void Inspector::ReportOne(const Look& look) {
  if (!look.status.ok()) {
    Add(IsIncompleteImage(look.status) ? FindingCode::kIncompleteImage
                                       : FindingCode::kBadImage,
        FindingSeverity::kWarning, look, std::string(look.status.message()),
        "replace the picture, or leave it out");
    return;
  }
  if (look.type != TypeOfPath(PathOf(look))) {
    Add(FindingCode::kWrongImageType, FindingSeverity::kNote, look,
        absl::StrCat("the file is a ", std::string(ImageTypeName(look.type))),
        "rename it; it is used all the same");
  }
  if (std::min(look.width, look.height) < kTinySide) {
    Add(FindingCode::kTinyImage, FindingSeverity::kNote, look,
        absl::StrCat(look.width, " x ", look.height, " pixels"),
        "find it in a larger size");
  }
  ReportContent(look);
}

// Pictures that show nothing, or show it to nobody else.
void Inspector::ReportContent(const Look& look) {
  const ImageTraits& traits = look.traits;
  if (look.is_uniform && traits.alpha_range > kShownAlpha) {
    Add(FindingCode::kUniformImage, FindingSeverity::kWarning, look,
        "its colour is the same everywhere and its shape is in the alpha "
        "channel alone, which is dropped, as Pillow's convert(\"RGB\") does",
        "put it on a background of another colour");
  } else if (traits.used_bits > 0 && traits.used_bits <= kDimBits) {
    Add(FindingCode::kUniformImage, FindingSeverity::kWarning, look,
        absl::StrCat("its samples have 16 bits and use ", traits.used_bits,
                     " of them, so that it is nearly black"),
        "scale its values and save it with 8 bits a channel");
  } else if (look.is_uniform) {
    Add(FindingCode::kUniformImage, FindingSeverity::kWarning, look,
        "nearly all of it is of one colour",
        "look at it, and leave it out if it shows nothing");
  } else if (traits.is_deep_grey) {
    Add(FindingCode::kUniformImage, FindingSeverity::kNote, look,
        "it is grey with 16 bits, of which the upper 8 are taken; Pillow's "
        "convert(\"RGB\") makes most of such a picture white",
        "save it with 8 bits, so that whoever uses the model sees the same");
  }
}

// Whoever looks for the usual ending of a type passes these over.
void Inspector::ReportEndings() {
  std::map<ImageType, std::map<std::string, int64_t>> counts;
  auto is_right = [this](const Look& look) {
    return look.status.ok() && look.type == TypeOfPath(PathOf(look));
  };
  for (const Look& look : looks_) {
    if (is_right(look)) ++counts[look.type][EndingOf(PathOf(look))];
  }
  for (const Look& look : looks_) {
    if (!is_right(look)) continue;
    const auto& endings = counts[look.type];
    const auto usual = std::max_element(
        endings.begin(), endings.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string ending = EndingOf(PathOf(look));
    if (endings.at(ending) * kUsualTimes > usual->second) continue;
    Add(FindingCode::kWrongImageType, FindingSeverity::kNote, look,
        absl::StrCat("the name ends in .", ending, ", those of ", usual->second,
                     " others in .", usual->first),
        "rename it; it is used all the same");
  }
}

void Inspector::ReportCopies() {
  std::unordered_map<std::string_view, const Look*> first;
  for (Look& look : looks_) {
    if (look.digest.empty()) continue;
    auto [it, is_new] = first.try_emplace(look.digest, &look);
    if (is_new) continue;
    look.is_copy = true;
    const std::string& original = PathOf(*it->second);
    Add(FindingCode::kDuplicateRow, FindingSeverity::kNote, look,
        absl::StrCat("the same file as ", Printable(original)),
        "keep one of them");
    if (manifest_.empty() && layout_.PlaceOf(original).label !=
                                 layout_.PlaceOf(PathOf(look)).label) {
      Add(FindingCode::kConflictingLabel, FindingSeverity::kWarning, look,
          absl::StrCat("the same picture has another label, as ",
                       Printable(original)),
          "decide on one label for each picture");
    }
  }
}

void Inspector::ReportAlike() {
  std::vector<const Look*> hashed;
  std::vector<uint64_t> hashes;
  for (const Look& look : looks_) {
    if (look.is_copy || !look.hash.has_value()) continue;
    hashed.push_back(&look);
    hashes.push_back(*look.hash);
  }
  std::vector<size_t> first = FirstAlike(hashes);
  for (size_t i = 0; i < hashed.size(); ++i) {
    if (first[i] == i) continue;
    Add(FindingCode::kNearDuplicateImage, FindingSeverity::kNote, *hashed[i],
        absl::StrCat("looks the same as ",
                     Printable(PathOf(*hashed[first[i]]))),
        "keep one of them, and never one in training and one in test data");
  }
}

// Files that are not pictures by their name, and hidden ones that are: all but
// what desktops leave behind.
void Inspector::ReportIgnored() {
  std::vector<std::string> ignored = IgnoredFiles(archive_, manifest_);
  if (!ignored.empty()) {
    const std::string disguised = DisguisedPictures(ignored);
    findings_.Add(
        {.code = FindingCode::kIgnoredFile,
         .severity = FindingSeverity::kNote,
         .message =
             absl::StrCat("files that are not pictures: ", ignored.size(),
                          ", the first is ", Printable(ignored[0]), disguised),
         .suggestion =
             disguised.empty() ? "" : "give them the ending of their type",
         .count = static_cast<int64_t>(ignored.size())});
  }
  int64_t hidden = 0;
  std::string first;
  for (const Archive::File& file : archive_.files()) {
    if (!IsHiddenPath(file.path) || IsDesktopFile(file.path) ||
        TypeOfPath(file.path) == ImageType::kUnknown) {
      continue;
    }
    if (hidden++ == 0) first = file.path;
  }
  if (hidden == 0) return;
  findings_.Add(
      {.code = FindingCode::kIgnoredFile,
       .severity = FindingSeverity::kNote,
       .message = absl::StrCat("hidden pictures, which are left out: ", hidden,
                               ", the first is ", Printable(first)),
       .suggestion = "take the dot from their names if they belong "
                     "to the data",
       .count = hidden});
}

// What to say of files that are pictures by their bytes; empty without any.
std::string Inspector::DisguisedPictures(
    const std::vector<std::string>& ignored) const {
  constexpr size_t kLookedAt = 200;
  constexpr int64_t kMaxBytes = 32 << 20;
  int64_t pictures = 0;
  std::string first;
  for (size_t i = 0; i < std::min(ignored.size(), kLookedAt); ++i) {
    absl::StatusOr<size_t> file = archive_.Find(ignored[i]);
    if (!file.ok()) continue;
    absl::StatusOr<std::string> bytes = archive_.Read(*file, kMaxBytes);
    if (!bytes.ok() || TypeOfBytes(*bytes) > ImageType::kHeif) continue;
    if (pictures++ == 0) first = ignored[i];
  }
  if (pictures == 0) return "";
  return absl::StrCat(
      "; by their bytes, some are pictures whose name has no "
      "ending of one: ",
      pictures, ", the first is ", Printable(first));
}

void Inspector::ReportLayout() {
  for (const std::string& note : archive_.notes()) {
    findings_.Add({.code = FindingCode::kOddLayout,
                   .severity = FindingSeverity::kNote,
                   .message = note});
  }
  if (!manifest_.empty()) return;
  for (DataFinding& finding : layout_.Findings()) {
    findings_.Add(std::move(finding));
  }
}

void Inspector::Report() {
  ReportLayout();
  for (const Look& look : looks_) ReportOne(look);
  ReportEndings();
  ReportCopies();
  ReportAlike();
  ReportIgnored();
}

}  // namespace

absl::Status InspectImages(const std::string& path, const Manifest& manifest,
                           size_t threads, FindingLog& findings,
                           const std::function<bool()>& should_stop) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<Archive> archive,
                             OpenArchive(path));
  const Manifest clean = {CleanPath(manifest.path), manifest.encoding};
  if (!clean.path.empty()) {
    TUNESMITH_RETURN_IF_ERROR(
        InspectManifest(*archive, path, clean, findings, should_stop));
  }
  Inspector inspector(*archive, clean.path, findings);
  TUNESMITH_RETURN_IF_ERROR(inspector.LookAtAll(threads, should_stop));
  inspector.Report();
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
