#include "worker/data/picture_finder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "proto/contract/base/nearest_name.h"
#include "worker/data/image_table.h"

namespace tunesmith::worker {
namespace {

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower(std::string(text));
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Without the ending, of a picture's path.
std::string_view StemOf(std::string_view path) {
  return path.substr(0, path.rfind('.'));
}

// Trimmed, with slashes; not yet clean, for it may be absolute.
std::string WithSlashes(const std::string& path) {
  std::string text(absl::StripAsciiWhitespace(path));
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

// "/a", "C:/a" and "file:///a".
bool IsAbsolute(std::string_view path) {
  if (path.starts_with("/") || path.starts_with("file://")) return true;
  return path.size() > 2 && absl::ascii_isalpha(path[0]) && path[1] == ':' &&
         path[2] == '/';
}

}  // namespace

PictureFinder::PictureFinder(const Archive& archive,
                             const std::string& manifest)
    : archive_(archive),
      is_strict_(manifest.empty()),
      folder_(ManifestFolder(manifest)) {}

const PictureFinder::Indexes& PictureFinder::indexes() const {
  std::call_once(indexed_, [this] {
    for (size_t i = 0; i < archive_.files().size(); ++i) {
      const std::string& path = archive_.files()[i].path;
      if (!IsImagePath(path)) continue;
      Add(Lower(path), i, indexes_.by_case);
      Add(Lower(StemOf(path)), i, indexes_.by_stem);
      Add(Lower(NameOf(path)), i, indexes_.by_name);
      Add(Lower(StemOf(NameOf(path))), i, indexes_.by_name);
    }
  });
  return indexes_;
}

void PictureFinder::Add(std::string key, size_t file, Index& index) {
  auto [it, is_new] = index.try_emplace(std::move(key), file);
  if (!is_new && it->second != file) it->second.reset();
}

std::optional<size_t> PictureFinder::Lookup(const Index& index,
                                            const std::string& key) {
  auto it = index.find(key);
  return it == index.end() ? std::nullopt : it->second;
}

std::optional<PictureFinder::Found> PictureFinder::Find(
    const std::string& path) const {
  if (absl::StatusOr<size_t> file = archive_.Find(folder_ + path); file.ok()) {
    return Found{*file, Way::kExact};
  }
  if (is_strict_) return std::nullopt;
  const std::string slashed = WithSlashes(path);
  const std::string clean = CleanPath(folder_ + slashed);
  if (clean.empty() || clean.ends_with('/')) return std::nullopt;
  if (!IsAbsolute(slashed)) {
    if (absl::StatusOr<size_t> file = archive_.Find(clean); file.ok()) {
      return Found{*file, Way::kCleaned};
    }
    if (auto found = FindLoosely(clean, Way::kOtherCase)) return found;
    const std::string from_top = CleanPath(slashed);
    if (absl::StatusOr<size_t> file = archive_.Find(from_top); file.ok()) {
      return Found{*file, Way::kFromTop};
    }
    if (auto found = FindLoosely(from_top, Way::kFromTop)) return found;
    if (from_top.find('/') != std::string::npos) return std::nullopt;
    if (auto file = Lookup(indexes().by_name, Lower(from_top))) {
      return Found{*file, Way::kName};
    }
    return std::nullopt;
  }
  // The longest end that is a file's path.
  std::string_view rest(slashed);
  while (!rest.empty()) {
    const size_t end = rest.find('/');
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (rest.empty()) break;
    for (const std::string& folder : {folder_, std::string()}) {
      if (auto found = FindLoosely(CleanPath(folder + std::string(rest)),
                                   Way::kAbsolute)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

// By the case, then without the ending; what was found in the first way is said
// to be found by `way`.
std::optional<PictureFinder::Found> PictureFinder::FindLoosely(
    const std::string& clean, Way way) const {
  if (auto file = Lookup(indexes().by_case, Lower(clean)))
    return Found{*file, way};
  if (auto file = Lookup(indexes().by_stem, Lower(clean))) {
    return Found{*file, way == Way::kAbsolute ? way : Way::kWithoutEnding};
  }
  return std::nullopt;
}

std::string PictureFinder::Relative(std::string_view path) const {
  if (path.starts_with(folder_)) path.remove_prefix(folder_.size());
  return std::string(path);
}

std::string PictureFinder::Nearest(const std::string& path) const {
  const std::string wanted = CleanPath(WithSlashes(path));
  const std::string name = Lower(NameOf(wanted));
  const std::string stem = Lower(StemOf(NameOf(wanted)));
  std::vector<std::string> candidates;
  for (const Archive::File& file : archive_.files()) {
    if (!IsImagePath(file.path)) continue;
    std::string relative = Relative(file.path);
    // The same name in another folder, or with another ending.
    if (Lower(NameOf(file.path)) == name ||
        Lower(StemOf(NameOf(file.path))) == stem) {
      return relative;
    }
    // NearestName looks at the first thousand alone: those that begin alike.
    if (!relative.empty() && relative[0] == wanted[0]) {
      candidates.push_back(std::move(relative));
    }
  }
  return NearestName(wanted, candidates);
}

std::string_view Describe(PictureFinder::Way way) {
  switch (way) {
    case PictureFinder::Way::kExact:
      return "as it stands";
    case PictureFinder::Way::kCleaned:
      return "with slashes, and without white space and ./";
    case PictureFinder::Way::kFromTop:
      return "from the archive's top";
    case PictureFinder::Way::kOtherCase:
      return "without regard to letter case";
    case PictureFinder::Way::kWithoutEnding:
      return "with an ending";
    case PictureFinder::Way::kAbsolute:
      return "by the end of an absolute path";
    case PictureFinder::Way::kName:
      return "by its name alone";
  }
  return "";
}

}  // namespace tunesmith::worker
