#include "worker/formats/printable.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace tunesmith::worker {

std::string Printable(std::string_view name) {
  constexpr size_t kMaxBytes = 128;
  std::string result = absl::CHexEscape(
      absl::string_view(name.data(), std::min(name.size(), kMaxBytes)));
  if (name.size() > kMaxBytes) result += "...";
  return result;
}

}  // namespace tunesmith::worker
