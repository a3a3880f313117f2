#ifndef TUNESMITH_TESTS_FUZZ_MEMORY_FILE_H_
#define TUNESMITH_TESTS_FUZZ_MEMORY_FILE_H_

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "tests/fuzz/expect.h"

namespace tunesmith::worker {

// A file that exists in memory alone, for parsers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) {
    Expect(write(file_, bytes.data(), bytes.size()) ==
           static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  const int file_ = memfd_create("fuzz", MFD_CLOEXEC);
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_FUZZ_MEMORY_FILE_H_
