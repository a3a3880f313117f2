#include "worker/formats/safetensors_file.h"

#include <bit>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/lfs_pointer.h"

namespace tunesmith::worker {

static_assert(std::endian::native == std::endian::little);

absl::StatusOr<std::unique_ptr<SafetensorsFile>> SafetensorsFile::Open(
    const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                             MappedFile::Open(path));
  std::string name = std::filesystem::path(path).filename().string();
  std::span<const std::byte> bytes = file->bytes();
  if (IsLfsPointer(
          {reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {
    return CorruptWeightsError(LfsPointerMessage(name));
  }
  uint64_t header_bytes = 0;
  if (bytes.size() < sizeof(header_bytes)) {
    return CorruptWeightsError(absl::StrCat(name, ": truncated: ", bytes.size(),
                                            " bytes are no safetensors file"));
  }
  std::memcpy(&header_bytes, bytes.data(), sizeof(header_bytes));
  if (header_bytes > static_cast<uint64_t>(kMaxSafetensorsHeaderBytes)) {
    return CorruptWeightsError(absl::StrCat(name, ": header of ", header_bytes,
                                            " bytes exceeds the limit of ",
                                            kMaxSafetensorsHeaderBytes));
  }
  bytes = bytes.subspan(sizeof(header_bytes));
  if (header_bytes > bytes.size()) {
    return CorruptWeightsError(
        absl::StrCat(name, ": truncated: the header should have ", header_bytes,
                     " bytes, ", bytes.size(), " are there"));
  }
  std::string_view header(reinterpret_cast<const char*>(bytes.data()),
                          header_bytes);
  std::span<const std::byte> data = bytes.subspan(header_bytes);
  absl::StatusOr<std::vector<SafetensorsEntry>> entries =
      ParseSafetensorsHeader(header, static_cast<int64_t>(data.size()));
  if (!entries.ok()) return WithContext(entries.status(), name);
  return std::unique_ptr<SafetensorsFile>(
      new SafetensorsFile(std::move(file), data, *std::move(entries)));
}

}  // namespace tunesmith::worker
