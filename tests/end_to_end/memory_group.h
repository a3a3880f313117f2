#ifndef TUNESMITH_TESTS_END_TO_END_MEMORY_GROUP_H_
#define TUNESMITH_TESTS_END_TO_END_MEMORY_GROUP_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tunesmith::testing {

// A control group whose processes together may take no more than some memory.
// Once they have left it, its destructor removes it.
class MemoryGroup {
 public:
  // Nothing where this process may not make one.
  static std::optional<MemoryGroup> Create(int64_t max_bytes);

  MemoryGroup(MemoryGroup&& other) noexcept;
  MemoryGroup& operator=(MemoryGroup&&) = delete;
  ~MemoryGroup();

  // Moves a process in. What it holds already stays charged elsewhere.
  bool Add(pid_t pid) const;

 private:
  explicit MemoryGroup(std::string directory);

  std::string directory_;
};

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_MEMORY_GROUP_H_
