#include "worker/tokenizer/vocabulary_file.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/lfs_pointer.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxBytes = 64 << 20;

// Unicode's white space, in UTF-8.
constexpr std::array<std::string_view, 25> kWhiteSpace = {" ",
                                                          "\t",
                                                          "\n",
                                                          "\v",
                                                          "\f",
                                                          "\r",
                                                          "\xc2\x85",
                                                          "\xc2\xa0",
                                                          "\xe1\x9a\x80",
                                                          "\xe2\x80\x80",
                                                          "\xe2\x80\x81",
                                                          "\xe2\x80\x82",
                                                          "\xe2\x80\x83",
                                                          "\xe2\x80\x84",
                                                          "\xe2\x80\x85",
                                                          "\xe2\x80\x86",
                                                          "\xe2\x80\x87",
                                                          "\xe2\x80\x88",
                                                          "\xe2\x80\x89",
                                                          "\xe2\x80\x8a",
                                                          "\xe2\x80\xa8",
                                                          "\xe2\x80\xa9",
                                                          "\xe2\x80\xaf",
                                                          "\xe2\x81\x9f",
                                                          "\xe3\x80\x80"};

std::string_view WithoutTrailingSpace(std::string_view line) {
  for (bool cut = true; cut;) {
    cut = false;
    for (std::string_view space : kWhiteSpace) {
      if (!line.ends_with(space)) continue;
      line.remove_suffix(space.size());
      cut = true;
    }
  }
  return line;
}

bool IsUtf8(const nlohmann::json& document) {
  try {
    document.dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace

absl::StatusOr<nlohmann::json> ReadVocabularyFile(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                             MappedFile::Open(path));
  std::string_view text(reinterpret_cast<const char*>(file->bytes().data()),
                        file->bytes().size());
  if (IsLfsPointer(text)) {
    return absl::InvalidArgumentError(LfsPointerMessage("vocab.txt"));
  }
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vocab.txt: ", text.size(), " bytes exceed the limit of ", kMaxBytes));
  }
  nlohmann::json ids = nlohmann::json::object();
  for (int64_t id = 0; !text.empty(); ++id) {
    const size_t end = text.find('\n');
    ids[std::string(WithoutTrailingSpace(text.substr(0, end)))] = id;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!IsUtf8(ids)) {
    return absl::InvalidArgumentError("vocab.txt: not valid UTF-8");
  }
  return ids;
}

}  // namespace tunesmith::worker
