#ifndef TUNESMITH_WORKER_DATA_FINDING_H_
#define TUNESMITH_WORKER_DATA_FINDING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tunesmith::worker {

// What was noticed about data; the values are those of `Finding.Code` of the
// API.
enum class FindingCode {
  kMissingCell = 1,
  kWrongCellCount = 2,
  kInvalidUtf8 = 3,
  kMalformedRow = 4,
  kDuplicateRow = 5,
  kConflictingLabel = 6,
  kTinyClass = 7,
  kClassImbalance = 8,
  kTruncatedText = 9,
  kClassWithoutValidation = 10,
  kTooManyDistinctValues = 14,
  kSplitOverlap = 15,
  kBadImage = 21,
  kWrongImageType = 22,
  kTinyImage = 23,
  kNearDuplicateImage = 24,
  kIgnoredFile = 25,
  kRowTotals = 26,
  kSimilarLabels = 27,
  kMissingValueLabel = 28,
  kRegressionLabels = 29,
  kNearDuplicateText = 30,
  kUniformImage = 31,
  kIncompleteImage = 32,
  kOddLayout = 33,
  kOddFile = 34,
  kOtherEncoding = 35,
  kFilesDisagree = 36,
  kConvertedWeights = 37,
  kHeadChanged = 38,
  kFewSteps = 39,
  kAbsentClass = 40,
};

// As `Finding.Severity` of the API.
enum class FindingSeverity { kNote = 1, kWarning = 2, kError = 3 };

// As `Finding` of the API.
struct DataFinding {
  FindingCode code = FindingCode::kMissingCell;
  FindingSeverity severity = FindingSeverity::kWarning;
  std::optional<int64_t> row = std::nullopt;
  std::string column = {};
  std::string message = {};
  std::string suggestion = {};
  // How many rows it stands for.
  int64_t count = 1;
};

// Findings of one dataset. Keeps at most kMaxRowFindings that are about one
// row, so that a file of rubbish costs little; the others are counted and
// become one finding for each code. Not thread-safe.
class FindingLog {
 public:
  static constexpr size_t kMaxRowFindings = 1000;

  void Add(DataFinding finding);

  // All findings, in the order of Add, then those that stand for the counted
  // ones. Leaves the log empty.
  std::vector<DataFinding> Take();

 private:
  std::vector<DataFinding> findings_;
  size_t row_findings_ = 0;
  // By code and column: the first one that was not kept, with a count.
  std::map<std::pair<FindingCode, std::string>, DataFinding> overflow_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_FINDING_H_
