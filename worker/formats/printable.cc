#include "worker/formats/printable.h"

#include "proto/contract/base/utf8.h"
#include "proto/contract/base/visible_text.h"

namespace tunesmith::worker {

std::string Printable(std::string_view name) {
  constexpr size_t kMaxBytes = 128;
  std::string result = VisibleText(CutAtCharacter(name, kMaxBytes));
  if (name.size() > kMaxBytes) result += "...";
  return result;
}

}  // namespace tunesmith::worker
