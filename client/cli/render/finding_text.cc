#include "client/cli/render/finding_text.h"

#include <cstdint>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/render/printable.h"

namespace tunesmith::cli {
namespace {

// Whether a number is among those of a message.
bool Says(std::string_view message, int64_t number) {
  for (absl::string_view word :
       absl::StrSplit(absl::string_view(message.data(), message.size()),
                      absl::ByAnyChar(" .,:;()%"), absl::SkipEmpty())) {
    int64_t said = 0;
    if (absl::SimpleAtoi(word, &said) && said == number) return true;
  }
  return false;
}

}  // namespace

std::string RenderFinding(const v1::Finding& finding) {
  std::string text =
      v1::Finding::Severity_IsValid(finding.severity()) &&
              finding.severity() != v1::Finding::SEVERITY_UNSPECIFIED
          ? absl::AsciiStrToLower(
                v1::Finding::Severity_Name(finding.severity()))
          : "finding";
  absl::StrAppend(&text, ": ");
  if (finding.has_row()) absl::StrAppend(&text, "row ", finding.row(), ": ");
  if (!finding.column().empty()) {
    absl::StrAppend(&text, "column \"", finding.column(), "\": ");
  }
  absl::StrAppend(&text, finding.message());
  if (finding.count() > 1 && !Says(finding.message(), finding.count())) {
    absl::StrAppend(&text, " (", finding.count(), "x)");
  }
  if (!finding.suggestion().empty()) {
    absl::StrAppend(&text, " - ", finding.suggestion());
  }
  if (v1::Finding::Code_IsValid(finding.code())) {
    absl::StrAppend(&text, " [", v1::Finding::Code_Name(finding.code()), "]");
  }
  return Printable(text);
}

}  // namespace tunesmith::cli
