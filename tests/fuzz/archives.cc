#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "proto/contract/base/reason.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "worker/data/archive.h"
#include "worker/data/tar_archive.h"
#include "worker/data/zip_archive.h"
#include "worker/formats/mapped_file.h"

namespace tunesmith::worker {
namespace {

constexpr int64_t kMaxBytes = 1 << 20;

void ReadAll(const absl::StatusOr<std::unique_ptr<Archive>>& archive) {
  if (!archive.ok()) {
    Expect(ReasonOf(archive.status()) == "MALFORMED_FILE");
    return;
  }
  const std::vector<Archive::File>& files = (*archive)->files();
  for (size_t i = 0; i < files.size(); ++i) {
    Expect(!files[i].path.empty());
    Expect(i == 0 || files[i - 1].path < files[i].path);
    Expect((*archive)->Find(files[i].path).value() == i);
    absl::StatusOr<std::string> content = (*archive)->Read(i, kMaxBytes);
    if (!content.ok()) continue;
    Expect(files[i].size_bytes <= kMaxBytes);
    Expect(content->size() == static_cast<size_t>(files[i].size_bytes));
  }
}

}  // namespace

void FuzzTar(std::string_view bytes) {
  MemoryFile memory(bytes);
  ReadAll(OpenTar(MappedFile::Open(memory.path()).value()));
}

void FuzzZip(std::string_view bytes) {
  MemoryFile memory(bytes);
  ReadAll(OpenZip(MappedFile::Open(memory.path()).value()));
}

}  // namespace tunesmith::worker
