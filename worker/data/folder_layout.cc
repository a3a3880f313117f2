#include "worker/data/folder_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "worker/data/image_table.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

// Names that a message lists.
constexpr size_t kListed = 5;

enum class SplitKind { kNone, kTraining, kOther };

SplitKind SplitKindOf(std::string_view name) {
  const std::string folded = absl::AsciiStrToLower(std::string(name));
  for (const char* training : {"train", "training"}) {
    if (folded == training) return SplitKind::kTraining;
  }
  for (const char* other :
       {"val", "valid", "validation", "dev", "test", "testing", "eval"}) {
    if (folded == other) return SplitKind::kOther;
  }
  return SplitKind::kNone;
}

// Whether names are those of splits: training and at least one more, and
// nothing else.
bool AreSplits(const std::set<std::string_view>& names) {
  bool any_training = false;
  bool any_other = false;
  for (std::string_view name : names) {
    const SplitKind kind = SplitKindOf(name);
    if (kind == SplitKind::kNone) return false;
    any_training = any_training || kind == SplitKind::kTraining;
    any_other = any_other || kind == SplitKind::kOther;
  }
  return any_training && any_other;
}

bool SeemSplits(const std::set<std::string_view>& names) {
  std::set<std::string_view> known;
  for (std::string_view name : names) {
    if (SplitKindOf(name) != SplitKind::kNone) known.insert(name);
  }
  return AreSplits(known);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text = absl::StrJoin(
      names.begin(),
      names.begin() + static_cast<ptrdiff_t>(std::min(names.size(), kListed)),
      ", ", [](std::string* out, const std::string& name) {
        absl::StrAppend(out, Printable(name));
      });
  if (names.size() > kListed) {
    absl::StrAppend(&text, " and ", names.size() - kListed, " more");
  }
  return text;
}

// With its "/"; empty at the top.
std::string_view FolderOf(std::string_view path) {
  const size_t end = path.rfind('/');
  return path.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

DataFinding Finding(FindingSeverity severity, std::string message,
                    std::string suggestion, int64_t count = 1) {
  return {.code = FindingCode::kOddLayout,
          .severity = severity,
          .message = std::move(message),
          .suggestion = std::move(suggestion),
          .count = count};
}

}  // namespace

FolderLayout::FolderLayout(const Archive& archive) : archive_(archive) {
  for (const Archive::File& file : archive.files()) {
    if (IsImagePath(file.path)) pictures_.push_back(file.path);
  }
  FindRoot();
  FindSplits();
  MeasureDepth();
}

// Paths are sorted: what the first and the last one share, all do.
void FolderLayout::FindRoot() {
  if (pictures_.empty()) return;
  std::string_view first = FolderOf(pictures_.front());
  std::string_view last = FolderOf(pictures_.back());
  size_t shared = 0;
  for (size_t i = 0; i < std::min(first.size(), last.size()); ++i) {
    if (first[i] != last[i]) break;
    if (first[i] == '/') shared = i + 1;
  }
  root_ = first.substr(0, shared);
  const Children children = ChildrenOf(root_);
  if (!children.any_picture || children.folders.size() > 1) return;
  // One folder beside pictures: that of all classes, or one more inside a
  // single class, whose own folder is no root.
  if (children.folders.size() == 1) {
    const std::string child =
        absl::StrCat(root_, std::string(*children.folders.begin()), "/");
    if (ChildrenOf(child).folders.size() > 1) {
      root_ = child;
      return;
    }
  }
  if (!root_.empty()) {
    root_ = std::string(
        FolderOf(std::string_view(root_).substr(0, root_.size() - 1)));
  }
}

FolderLayout::Children FolderLayout::ChildrenOf(std::string_view folder) const {
  Children children;
  for (std::string_view path : pictures_) {
    if (!path.starts_with(folder)) continue;
    std::string_view below = path.substr(folder.size());
    const size_t end = below.find('/');
    if (end == std::string_view::npos) {
      children.any_picture = true;
    } else {
      children.folders.insert(below.substr(0, end));
    }
  }
  return children;
}

std::vector<std::string_view> FolderLayout::FoldersOf(
    std::string_view path) const {
  std::vector<std::string_view> folders;
  if (!path.starts_with(root_)) return folders;
  path.remove_prefix(root_.size());
  for (size_t end; (end = path.find('/')) != std::string_view::npos;) {
    folders.push_back(path.substr(0, end));
    path.remove_prefix(end + 1);
  }
  return folders;
}

void FolderLayout::FindSplits() {
  std::set<std::string_view> first;
  std::set<std::string_view> second;
  bool all_have_two = true;
  for (std::string_view path : pictures_) {
    const std::vector<std::string_view> folders = FoldersOf(path);
    if (!folders.empty()) first.insert(folders[0]);
    if (folders.size() > 1) second.insert(folders[1]);
    all_have_two = all_have_two && folders.size() > 1;
  }
  if (AreSplits(first)) {
    has_splits_ = true;
    class_level_ = 1;
  } else if (all_have_two && AreSplits(second)) {
    has_splits_ = true;
    split_level_ = 1;
  }
}

void FolderLayout::MeasureDepth() {
  const size_t deepest_known = std::max(class_level_, split_level_);
  bool any_shallow = false;
  for (std::string_view path : pictures_) {
    const std::vector<std::string_view> folders = FoldersOf(path);
    if (folders.size() <= class_level_) {
      if (unlabelled_++ == 0) first_unlabelled_ = path;
      continue;
    }
    const size_t below =
        folders.size() - 1 - std::min(folders.size() - 1, deepest_known);
    if (below == 0) {
      any_shallow = true;
      continue;
    }
    if (deepest_below_class_ > 0 && below != deepest_below_class_) {
      depths_differ_ = true;
    }
    deepest_below_class_ = std::max(deepest_below_class_, below);
    classes_of_innermost_[folders.back()].insert(folders[class_level_]);
  }
  depths_differ_ = depths_differ_ || (any_shallow && is_deep());
}

FolderLayout::Place FolderLayout::PlaceOf(std::string_view path) const {
  const std::vector<std::string_view> folders = FoldersOf(path);
  Place place;
  if (folders.size() > class_level_) place.label = folders[class_level_];
  if (has_splits_ && folders.size() > split_level_) {
    place.split = folders[split_level_];
  }
  if (!folders.empty()) place.innermost = folders.back();
  return place;
}

std::string FolderLayout::BelowRoot() const {
  return root_.empty() ? "" : absl::StrCat(" below ", Printable(root_));
}

void FolderLayout::ReportSplits(std::vector<DataFinding>& findings) const {
  std::map<std::string_view, int64_t> counts;
  std::set<std::string_view> first;
  for (std::string_view path : pictures_) {
    const std::vector<std::string_view> folders = FoldersOf(path);
    if (!folders.empty()) first.insert(folders[0]);
    if (has_splits_ && folders.size() > split_level_) {
      ++counts[folders[split_level_]];
    }
  }
  if (has_splits_) {
    std::vector<std::string> parts;
    for (const auto& [split, count] : counts) {
      parts.push_back(
          absl::StrCat(Printable(split), " (", count, " pictures)"));
    }
    findings.push_back(Finding(
        FindingSeverity::kNote,
        absl::StrCat("folders are splits: ", absl::StrJoin(parts, ", "),
                     "; the column split names a picture's, and label the "
                     "class folder ",
                     split_level_ == 0 ? "inside it" : "around it"),
        "a job takes its splits from there; set data.split_column for another "
        "column, or upload the folders one by one"));
  } else if (SeemSplits(first)) {
    std::vector<std::string> others;
    for (std::string_view name : first) {
      if (SplitKindOf(name) == SplitKind::kNone) others.emplace_back(name);
    }
    findings.push_back(Finding(
        FindingSeverity::kWarning,
        absl::StrCat("some folders", BelowRoot(),
                     " are called like splits and others are not, so all were "
                     "taken for classes; the others are: ",
                     Listed(others)),
        "pack the folders of splits alone if that is what they are"));
  }
}

void FolderLayout::ReportDepth(std::vector<DataFinding>& findings) const {
  if (!is_deep()) return;
  std::vector<std::string> names;
  bool any_shared = false;
  for (const auto& [name, classes] : classes_of_innermost_) {
    names.emplace_back(name);
    any_shared = any_shared || classes.size() > 1;
  }
  std::string message = absl::StrCat(
      depths_differ_ ? "pictures lie in several depths, up to "
                     : "pictures lie ",
      deepest_below_class_, deepest_below_class_ == 1 ? " folder" : " folders",
      " below that of their class; label is the first folder", BelowRoot(),
      has_splits_ ? " and the split" : "",
      ", as torchvision's ImageFolder takes it, and the column folder names "
      "the innermost ones: ",
      Listed(names));
  if (any_shared) {
    absl::StrAppend(&message, ", of which some occur in several classes");
  }
  // Folders that occur in one class each may well be finer classes.
  findings.push_back(Finding(any_shared && !depths_differ_
                                 ? FindingSeverity::kNote
                                 : FindingSeverity::kWarning,
                             std::move(message),
                             "set label_column to folder if the innermost "
                             "folders are the classes"));
}

void FolderLayout::ReportUnlabelled(std::vector<DataFinding>& findings) const {
  if (unlabelled_ == 0) return;
  findings.push_back(Finding(
      FindingSeverity::kWarning,
      absl::StrCat("pictures that lie in no folder of a class, so that they "
                   "have no label: ",
                   unlabelled_, ", the first is ",
                   Printable(first_unlabelled_)),
      "put each class into a folder of its own, or name a table of labels as "
      "the format's manifest",
      unlabelled_));
}

// Folders where classes are, in which there is no picture.
std::vector<std::string> FolderLayout::FoldersWithoutPictures() const {
  std::set<std::string> with;
  for (std::string_view path : pictures_) {
    const std::vector<std::string_view> folders = FoldersOf(path);
    std::string way;
    for (size_t i = 0; i < folders.size() && i <= class_level_; ++i) {
      absl::StrAppend(&way, std::string(folders[i]), "/");
      with.insert(way);
    }
  }
  std::set<std::string> without;
  auto look = [&](const std::string& path) {
    if (!path.starts_with(root_) || IsHiddenPath(path)) return;
    const std::vector<std::string_view> folders = FoldersOf(path);
    std::string way;
    for (size_t i = 0; i < folders.size() && i <= class_level_; ++i) {
      absl::StrAppend(&way, std::string(folders[i]), "/");
      if (with.contains(way)) continue;
      // The outermost one says it all.
      without.insert(way);
      return;
    }
  };
  for (const std::string& folder : archive_.folders()) look(folder);
  for (const Archive::File& file : archive_.files()) look(file.path);
  return {without.begin(), without.end()};
}

void FolderLayout::ReportEmpty(std::vector<DataFinding>& findings) const {
  if (pictures_.empty()) return;
  const std::vector<std::string> empty = FoldersWithoutPictures();
  if (empty.empty()) return;
  findings.push_back(Finding(
      FindingSeverity::kWarning,
      absl::StrCat("folders", BelowRoot(),
                   " without a picture, which are no classes: ", Listed(empty)),
      "add their pictures, or leave them out",
      static_cast<int64_t>(empty.size())));
}

std::vector<DataFinding> FolderLayout::Findings() const {
  std::vector<DataFinding> findings;
  ReportSplits(findings);
  ReportDepth(findings);
  ReportUnlabelled(findings);
  ReportEmpty(findings);
  return findings;
}

}  // namespace tunesmith::worker
