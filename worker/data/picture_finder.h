#ifndef TUNESMITH_WORKER_DATA_PICTURE_FINDER_H_
#define TUNESMITH_WORKER_DATA_PICTURE_FINDER_H_

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "worker/data/archive.h"

namespace tunesmith::worker {

// Finds the pictures that rows name in their archive. A manifest's paths are
// relative to its folder; those that are not quite the file's are understood
// where only one file can be meant. Immutable and thread-safe.
class PictureFinder {
 public:
  // How a path led to a file; in the order of trial.
  enum class Way {
    // As it stands.
    kExact,
    // Without backslashes, "./" and white space around it.
    kCleaned,
    // From the archive's top instead of the manifest's folder.
    kFromTop,
    kOtherCase,
    kWithoutEnding,
    // An absolute path of another machine, by its end.
    kAbsolute,
    // No folder, by the name alone.
    kName,
  };
  struct Found {
    size_t file = 0;
    Way way = Way::kExact;
  };

  // `archive` must outlive it. `manifest`: as of TableFormat.
  PictureFinder(const Archive& archive, const std::string& manifest);

  std::optional<Found> Find(const std::string& path) const;

  // The file that a path, which leads to none, was probably meant to be, as a
  // manifest would name it; empty without one.
  std::string Nearest(const std::string& path) const;

 private:
  // Files by a key that several may share.
  using Index = std::unordered_map<std::string, std::optional<size_t>>;
  static void Add(std::string key, size_t file, Index& index);
  static std::optional<size_t> Lookup(const Index& index,
                                      const std::string& key);
  // As a manifest would name it.
  std::string Relative(std::string_view path) const;
  std::optional<Found> FindLoosely(const std::string& clean, Way way) const;
  // Made when a path first needs them: of millions of files they are large.
  struct Indexes {
    // By the path in small letters.
    Index by_case;
    // The same without its ending.
    Index by_stem;
    // By the file's name in small letters, with and without its ending.
    Index by_name;
  };
  const Indexes& indexes() const;

  const Archive& archive_;
  // Without a manifest, paths are the archive's own.
  const bool is_strict_;
  // With its "/".
  const std::string folder_;
  mutable std::once_flag indexed_;
  mutable Indexes indexes_;
};

// For people: "without regard to letter case".
std::string_view Describe(PictureFinder::Way way);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_PICTURE_FINDER_H_
