#include "worker/formats/json_file.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/file_writer.h"
#include "worker/formats/lfs_pointer.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {
namespace {

// Deepest nesting of brackets outside strings; right for every valid document.
int NestingDepth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

absl::StatusOr<nlohmann::json> ParseJson(std::string_view text,
                                         const JsonLimits& limits) {
  if (text.size() > static_cast<size_t>(limits.max_bytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        text.size(), " bytes exceed the limit of ", limits.max_bytes));
  }
  if (NestingDepth(text) > limits.max_depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("nested more than ", limits.max_depth, " levels deep"));
  }
  nlohmann::json document =
      nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return absl::InvalidArgumentError("not valid JSON");
  }
  return document;
}

absl::StatusOr<nlohmann::json> ReadJsonFile(const std::string& path,
                                            const JsonLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                             MappedFile::Open(path));
  const std::string_view text(
      reinterpret_cast<const char*>(file->bytes().data()),
      file->bytes().size());
  const std::string name = std::filesystem::path(path).filename().string();
  if (IsLfsPointer(text)) {
    return absl::InvalidArgumentError(LfsPointerMessage(name));
  }
  absl::StatusOr<nlohmann::json> document = ParseJson(text, limits);
  if (document.ok()) return document;
  return WithContext(document.status(), name);
}

absl::Status WriteJsonFile(const std::string& path,
                           const nlohmann::json& document) {
  std::string text;
  try {
    text = document.dump(2);
  } catch (const nlohmann::json::type_error&) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::filesystem::path(path).filename().string(),
                     ": a string is not UTF-8"));
  }
  text += '\n';
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileWriter> file,
                             FileWriter::Create(path));
  TUNESMITH_RETURN_IF_ERROR(
      file->Append(std::as_bytes(std::span(text.data(), text.size()))));
  return file->Close();
}

}  // namespace tunesmith::worker
