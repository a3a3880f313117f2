#include "worker/data/finding.h"

#include "absl/strings/str_cat.h"

namespace tunesmith::worker {

void FindingLog::Add(DataFinding finding) {
  if (!finding.row.has_value()) {
    findings_.push_back(std::move(finding));
    return;
  }
  if (row_findings_ < kMaxRowFindings) {
    ++row_findings_;
    findings_.push_back(std::move(finding));
    return;
  }
  auto [it, is_first] = overflow_.try_emplace(
      std::make_pair(finding.code, finding.column), finding);
  if (!is_first) it->second.count += finding.count;
}

std::vector<DataFinding> FindingLog::Take() {
  for (auto& [key, finding] : overflow_) {
    finding.message = absl::StrCat("more rows with the same problem, from row ",
                                   *finding.row, " on: ", finding.count);
    finding.row.reset();
    findings_.push_back(std::move(finding));
  }
  overflow_.clear();
  row_findings_ = 0;
  return std::exchange(findings_, {});
}

}  // namespace tunesmith::worker
