#include "tests/worker/images/allocation_limit.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allowed_bytes{SIZE_MAX};
std::atomic<int> refusals{0};

}  // namespace

// In place of the library's, for the whole program.
void* operator new(size_t bytes) {
  void* memory = nullptr;
  if (bytes <= allowed_bytes) {
    memory = std::malloc(bytes == 0 ? 1 : bytes);
  } else {
    ++refusals;
  }
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace tunesmith::worker {

AllocationLimit::AllocationLimit(size_t bytes) {
  refusals = 0;
  allowed_bytes = bytes;
}

AllocationLimit::~AllocationLimit() { allowed_bytes = SIZE_MAX; }

int AllocationLimit::refused() const { return refusals; }

}  // namespace tunesmith::worker
