#include "server/api/model_intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/durable_file.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"
#include "server/api/model_files.h"
#include "server/api/open_beneath.h"
#include "server/api/unique_fd.h"

namespace tunesmith::server {
namespace {

constexpr size_t kMaxFiles = 1000;

// Of an encoder of sentences: what it makes of its tokens' states. The one file
// below the top that a training looks at.
constexpr char kPoolingDirectory[] = "1_Pooling";
constexpr char kPoolingFile[] = "1_Pooling/config.json";

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

// The pooling configuration, where there is one; its size is added to
// `size_bytes`.
UniqueFd OpenPoolingFile(int directory, const std::vector<std::string>& names,
                         int64_t& size_bytes) {
  if (!absl::c_linear_search(names, kPoolingDirectory)) return UniqueFd();
  UniqueFd fd = OpenBeneath(directory, kPoolingFile).fd;
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return UniqueFd();
  }
  size_bytes += info.st_size;
  return fd;
}

// Writes the whole of a file that comes from the request.
absl::StatusOr<int64_t> WriteText(const std::string& text,
                                  const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<DurableFileWriter> writer,
                             DurableFileWriter::Create(path));
  TUNESMITH_RETURN_IF_ERROR(writer->Append(text));
  TUNESMITH_ASSIGN_OR_RETURN(FileDigest digest, writer->Close());
  return digest.size_bytes;
}

}  // namespace

absl::StatusOr<int64_t> CopyModelDirectory(
    int directory, const std::optional<std::string>& config,
    const std::string& target, const CopyLimits& limits) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> names,
                             NamesIn(directory));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::vector<ModelFile> files,
      config ? SelectFilesOfNetwork(names) : SelectModelFiles(names));
  // All are opened before the first is copied, so that a bad one costs
  // nothing.
  std::vector<UniqueFd> open_files;
  int64_t announced = config ? static_cast<int64_t>(config->size()) : 0;
  for (const ModelFile& file : files) {
    TUNESMITH_ASSIGN_OR_RETURN(UniqueFd fd,
                               OpenModelFile(directory, file.name, announced));
    open_files.push_back(std::move(fd));
  }
  if (UniqueFd fd = OpenPoolingFile(directory, names, announced); fd.valid()) {
    files.push_back({kPoolingFile, kPoolingFile});
    open_files.push_back(std::move(fd));
  }
  if (announced > limits.max_bytes) {
    return TooLargeError("model directory", limits.max_bytes, limits.flag);
  }
  if (!files.empty() && files.back().kept_as == kPoolingFile &&
      mkdir(absl::StrCat(target, "/", kPoolingDirectory).c_str(), 0777) != 0) {
    return absl::InternalError(
        absl::StrCat("making ", kPoolingDirectory, ": ", strerror(errno)));
  }
  int64_t copied = 0;
  if (config) {
    TUNESMITH_ASSIGN_OR_RETURN(copied,
                               WriteText(*config, target + "/config.json"));
  }
  for (size_t i = 0; i < files.size(); ++i) {
    CopyLimits left = limits;
    left.max_bytes = limits.max_bytes - copied;
    TUNESMITH_ASSIGN_OR_RETURN(
        FileDigest digest,
        CopyToFile(open_files[i].get(),
                   absl::StrCat(target, "/", files[i].kept_as), left));
    copied += digest.size_bytes;
  }
  return copied;
}

}  // namespace tunesmith::server
