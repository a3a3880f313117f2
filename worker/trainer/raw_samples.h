#ifndef TUNESMITH_WORKER_TRAINER_RAW_SAMPLES_H_
#define TUNESMITH_WORKER_TRAINER_RAW_SAMPLES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/sample_kind.h"

namespace tunesmith::worker {

// The values of a column in some rows, which are given in ascending order, as
// the file has them. Reads no further than to the last of them. INTERNAL when
// the file has no such row or column any more; errors of OpenTable.
absl::StatusOr<std::vector<std::string>> ReadRawSamples(
    const TableFile& file, const std::string& column,
    std::span<const int64_t> rows);

// Texts, encoded by the tokenizer files of a model directory.
struct TextsToEncode {
  const TableFile& file;
  const std::string& column;
  std::span<const int64_t> rows;
  int max_length = 0;
  int threads = 1;
};

// Token ids of each row, from the raw file on. Errors of ReadRawSamples and
// Tokenizer.
absl::StatusOr<std::vector<std::vector<int32_t>>> EncodeRawTexts(
    const std::string& model_directory, const TextsToEncode& texts);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_RAW_SAMPLES_H_
