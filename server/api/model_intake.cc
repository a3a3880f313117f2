#include "server/api/model_intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/unique_fd.h"

namespace tunesmith::server {
namespace {

constexpr const char* kKeptEndings[] = {".json", ".txt", ".safetensors",
                                        ".model"};
constexpr const char* kOtherWeightEndings[] = {
    ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx"};
constexpr const char* kRequiredFiles[] = {"config.json", "tokenizer.json"};
constexpr size_t kMaxFiles = 1000;

bool IsModelFile(const std::string& name) {
  if (name == "README.md" || absl::StartsWith(name, "LICENSE")) return true;
  // Hidden files are a tool's own.
  if (absl::StartsWith(name, ".")) return false;
  return absl::c_any_of(kKeptEndings, [&name](const char* ending) {
    return absl::EndsWith(name, ending);
  });
}

bool HasEnding(const std::vector<std::string>& names, const char* ending) {
  return absl::c_any_of(names, [ending](const std::string& name) {
    return absl::EndsWith(name, ending);
  });
}

absl::Status PickleError(const std::string& name) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_PICKLE_WEIGHTS,
      absl::StrCat("weights are not safetensors: ", name,
                   " (convert them once: python -c \"from transformers import "
                   "AutoModel; AutoModel.from_pretrained('DIR')"
                   ".save_pretrained('DIR', safe_serialization=True)\")"));
}

absl::StatusOr<std::vector<std::string>> NamesIn(int directory) {
  // fdopendir takes its descriptor over.
  int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, int (*)(DIR*)> entries(fd < 0 ? nullptr : fdopendir(fd),
                                              closedir);
  if (entries == nullptr) {
    if (fd >= 0) close(fd);
    return absl::InternalError(
        absl::StrCat("listing the model directory: ", strerror(errno)));
  }
  std::vector<std::string> names;
  while (dirent* entry = readdir(entries.get())) {
    if (names.size() == kMaxFiles) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_TOO_LARGE,
          absl::StrCat("model directory has too many entries, most: ",
                       kMaxFiles));
    }
    names.emplace_back(entry->d_name);
  }
  return names;
}

// Opens one file of the directory; its size is added to `size_bytes`.
absl::StatusOr<UniqueFd> OpenModelFile(int directory, const std::string& name,
                                       int64_t& size_bytes) {
  UniqueFd fd(openat(directory, name.c_str(),
                     O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_PATH_NOT_ALLOWED,
        absl::StrCat("not a readable regular file in the model directory: ",
                     name, " (copy a directory of links with cp -rL)"));
  }
  size_bytes += info.st_size;
  return fd;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SelectModelFiles(
    const std::vector<std::string>& names) {
  std::vector<std::string> files;
  absl::c_copy_if(names, std::back_inserter(files), IsModelFile);
  absl::c_sort(files);
  std::vector<std::string> missing;
  for (const char* required : kRequiredFiles) {
    if (!absl::c_linear_search(files, required)) missing.push_back(required);
  }
  if (!HasEnding(files, ".safetensors")) {
    for (const std::string& name : names) {
      for (const char* ending : kOtherWeightEndings) {
        if (absl::EndsWith(name, ending)) return PickleError(name);
      }
    }
    missing.push_back("model.safetensors");
  }
  if (!missing.empty()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_MODEL_FILE_MISSING,
        absl::StrCat("model directory lacks: ", absl::StrJoin(missing, ", "),
                     " (save model and tokenizer with save_pretrained)"));
  }
  return files;
}

absl::StatusOr<int64_t> CopyModelDirectory(int directory,
                                           const std::string& target,
                                           const CopyLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> names,
                             NamesIn(directory));
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> files,
                             SelectModelFiles(names));
  // All are opened before the first is copied, so that a bad one costs
  // nothing.
  std::vector<UniqueFd> open_files;
  int64_t announced = 0;
  for (const std::string& name : files) {
    TUNESMITH_ASSIGN_OR_RETURN(UniqueFd fd,
                               OpenModelFile(directory, name, announced));
    open_files.push_back(std::move(fd));
  }
  if (announced > limits.max_bytes) {
    return TooLargeError("model directory", limits.max_bytes, limits.flag);
  }
  int64_t copied = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    CopyLimits left = limits;
    left.max_bytes = limits.max_bytes - copied;
    TUNESMITH_ASSIGN_OR_RETURN(
        FileDigest digest,
        CopyToFile(open_files[i].get(), absl::StrCat(target, "/", files[i]),
                   left));
    copied += digest.size_bytes;
  }
  return copied;
}

}  // namespace tunesmith::server
