#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "proto/contract/base/reason.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "worker/formats/keras/keras_file.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {

void FuzzSafetensors(std::string_view bytes) {
  constexpr int64_t kDataBytes = 4096;
  auto entries = ParseSafetensorsHeader(bytes, kDataBytes);
  if (!entries.ok()) {
    Expect(ReasonOf(entries.status()) == "CORRUPT_WEIGHTS");
    return;
  }
  for (const SafetensorsEntry& entry : *entries) {
    Expect(entry.begin >= 0 && entry.begin <= entry.end);
    Expect(entry.end <= kDataBytes);
  }
}

void FuzzHdf5(std::string_view bytes) {
  MemoryFile memory(bytes);
  auto file = KerasFile::Open(memory.path());
  if (!file.ok()) {
    Expect(ReasonOf(file.status()) == "CORRUPT_WEIGHTS");
    return;
  }
  volatile std::byte last = std::byte{0};
  for (const KerasLayer& layer : (*file)->layers()) {
    for (const KerasTensor& tensor : layer.weights) {
      for (std::byte one : tensor.bytes) last = one;
    }
  }
  (void)last;
}

}  // namespace tunesmith::worker
