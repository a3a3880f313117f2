#include "worker/models/family_list.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "worker/formats/printable.h"
#include "worker/models/bert/family.h"
#include "worker/models/config_reader.h"

namespace tunesmith::worker {

std::vector<std::unique_ptr<ModelFamily>> AllModelFamilies() {
  std::vector<std::unique_ptr<ModelFamily>> families;
  families.push_back(std::make_unique<BertFamily>());
  return families;
}

absl::StatusOr<std::unique_ptr<ModelFamily>> FindModelFamily(
    std::string_view model_type) {
  std::string known;
  for (std::unique_ptr<ModelFamily>& family : AllModelFamilies()) {
    if (family->name() == model_type) return std::move(family);
    absl::StrAppend(&known, known.empty() ? "" : ", ",
                    std::string(family->name()));
  }
  return UnsupportedModelError(
      absl::StrCat("unsupported model_type: ", Printable(model_type),
                   " (supported: ", known, ")"));
}

}  // namespace tunesmith::worker
