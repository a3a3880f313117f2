#ifndef TUNESMITH_WORKER_DATA_FOLDER_LAYOUT_H_
#define TUNESMITH_WORKER_DATA_FOLDER_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "worker/data/archive.h"
#include "worker/data/finding.h"

namespace tunesmith::worker {

// What the folders of an archive of pictures mean. Below the folder that all
// pictures have in common, the first one is the class, as torchvision's
// ImageFolder takes it; where all of those, or all in each class, are called
// like splits, those are splits. Immutable.
class FolderLayout {
 public:
  // What a picture's folders say; empty where there is no such folder. Points
  // into the path.
  struct Place {
    std::string_view label;
    std::string_view split;
    // The folder that the picture lies in.
    std::string_view innermost;
  };

  // `archive` must outlive it.
  explicit FolderLayout(const Archive& archive);

  bool has_splits() const { return has_splits_; }
  // Whether some pictures lie deeper than in the folder of their class.
  bool is_deep() const { return deepest_below_class_ > 0; }

  Place PlaceOf(std::string_view path) const;

  // ODD_LAYOUT, each about the whole.
  std::vector<DataFinding> Findings() const;

 private:
  // What lies directly in a folder.
  struct Children {
    bool any_picture = false;
    // Those with pictures.
    std::set<std::string_view> folders;
  };
  Children ChildrenOf(std::string_view folder) const;

  // The folders of a path below the root; none of one that lies elsewhere.
  std::vector<std::string_view> FoldersOf(std::string_view path) const;
  void FindRoot();
  void FindSplits();
  void MeasureDepth();
  std::vector<std::string> FoldersWithoutPictures() const;
  // "below pets/"; empty at the top.
  std::string BelowRoot() const;

  void ReportSplits(std::vector<DataFinding>& findings) const;
  void ReportDepth(std::vector<DataFinding>& findings) const;
  void ReportUnlabelled(std::vector<DataFinding>& findings) const;
  void ReportEmpty(std::vector<DataFinding>& findings) const;

  const Archive& archive_;
  // Paths of pictures, in the archive.
  std::vector<std::string_view> pictures_;
  // With its "/", or empty.
  std::string root_;
  bool has_splits_ = false;
  // Places of the two among the folders.
  size_t split_level_ = 0;
  size_t class_level_ = 0;
  size_t deepest_below_class_ = 0;
  bool depths_differ_ = false;
  // Of the innermost folders below classes: the classes that each is in.
  std::map<std::string_view, std::set<std::string_view>> classes_of_innermost_;
  int64_t unlabelled_ = 0;
  std::string_view first_unlabelled_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_FOLDER_LAYOUT_H_
