#include "worker/models/head_reuse.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

using Labels = std::vector<std::string>;

constexpr char kNewHead[] = "; a new head begins from random values";

Labels Folded(const Labels& labels) {
  Labels folded;
  for (const std::string& label : labels) {
    folded.push_back(
        absl::AsciiStrToLower(std::string(absl::StripAsciiWhitespace(label))));
  }
  return folded;
}

// The outputs that stand for the labels; empty, and `missing` says of which
// label, when not each has one of its own.
std::vector<int64_t> RowsOf(const Labels& wanted, const Labels& stored,
                            size_t& missing) {
  std::map<std::string, int64_t> outputs;
  for (size_t i = 0; i < stored.size(); ++i) {
    outputs.emplace(stored[i], static_cast<int64_t>(i));
  }
  std::vector<int64_t> rows;
  for (missing = 0; missing < wanted.size(); ++missing) {
    auto output = outputs.find(wanted[missing]);
    if (output == outputs.end()) return {};
    rows.push_back(output->second);
    outputs.erase(output);
  }
  return rows;
}

// "no, perhaps, yes", or the first ones.
std::string Listed(const Labels& labels) {
  constexpr size_t kMost = 5;
  std::string list;
  for (size_t i = 0; i < labels.size() && i < kMost; ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", Printable(labels[i]));
  }
  return labels.size() > kMost ? list + ", ..." : list;
}

}  // namespace

HeadReuse ReuseHead(const ModelDescription& base, const Labels& wanted) {
  if (!base.head_problem.empty()) {
    return {.remark = absl::StrCat("the base model's head is not used: ",
                                   base.head_problem, kNewHead)};
  }
  const Labels& stored = base.head_labels;
  if (stored.empty()) return {};
  if (stored.size() != wanted.size()) {
    return {.remark = absl::StrCat("the base model's head is not used: it has ",
                                   stored.size(), " labels (", Listed(stored),
                                   "), the job has ", wanted.size(), " (",
                                   Listed(wanted), ")", kNewHead)};
  }
  size_t missing = 0;
  HeadReuse result{.rows = RowsOf(wanted, stored, missing)};
  if (result.rows.empty()) {
    result.rows = RowsOf(Folded(wanted), Folded(stored), missing);
    if (result.rows.empty()) {
      return {.remark = absl::StrCat(
                  "the base model's head is not used: no output of its own "
                  "stands for the label ",
                  Printable(wanted[missing]), " (it has ", Listed(stored), ")",
                  kNewHead)};
    }
  }
  if (stored != wanted) {
    result.remark = absl::StrCat(
        "the base model's head is kept; its outputs (", Listed(stored),
        ") are put in the order of the job's labels (", Listed(wanted), ")");
  }
  return result;
}

}  // namespace tunesmith::worker
