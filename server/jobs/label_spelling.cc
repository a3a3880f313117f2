#include "server/jobs/label_spelling.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "proto/contract/labels/label_text.h"

namespace tunesmith::server {
namespace {

using v1::CleaningPolicy;

// The plain enum has the wire's values.
static_assert(static_cast<int>(LabelNormalization::kNone) ==
              CleaningPolicy::NONE);
static_assert(static_cast<int>(LabelNormalization::kTrim) ==
              CleaningPolicy::TRIM);
static_assert(static_cast<int>(LabelNormalization::kFold) ==
              CleaningPolicy::FOLD);

LabelNormalization ToPlain(CleaningPolicy::LabelNormalization wire) {
  return wire == CleaningPolicy::LABEL_NORMALIZATION_UNSPECIFIED
             ? LabelNormalization::kNone
             : static_cast<LabelNormalization>(wire);
}

}  // namespace

std::string SpelledLabel(const std::string& label,
                         CleaningPolicy::LabelNormalization normalization) {
  return LabelKey(label, ToPlain(normalization));
}

LabelSet::LabelSet(const std::vector<std::string>& labels,
                   CleaningPolicy::LabelNormalization normalization)
    : normalization_(normalization) {
  for (const std::string& label : labels) {
    spelled_.push_back(SpelledLabel(label, normalization));
  }
  std::sort(spelled_.begin(), spelled_.end());
}

bool LabelSet::Contains(const std::string& label) const {
  return std::binary_search(spelled_.begin(), spelled_.end(),
                            SpelledLabel(label, normalization_));
}

std::string NormalizationAdvice(const std::vector<std::string>& unknown,
                                const std::vector<std::string>& known) {
  for (auto normalization : {CleaningPolicy::TRIM, CleaningPolicy::FOLD}) {
    const LabelSet set(known, normalization);
    const int64_t matched = std::count_if(
        unknown.begin(), unknown.end(),
        [&set](const auto& label) { return set.Contains(label); });
    const bool all = matched == static_cast<int64_t>(unknown.size());
    if (matched == 0 || (!all && normalization == CleaningPolicy::TRIM)) {
      continue;
    }
    return absl::StrCat(
        "data.cleaning.label_normalization ",
        CleaningPolicy::LabelNormalization_Name(normalization),
        all ? " matches " + std::string(matched == 1 ? "it" : "all of them")
            : absl::StrCat(" matches ", matched, " of them"));
  }
  return "";
}

}  // namespace tunesmith::server
