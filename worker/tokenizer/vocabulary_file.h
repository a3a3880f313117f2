#ifndef TUNESMITH_WORKER_TOKENIZER_VOCABULARY_FILE_H_
#define TUNESMITH_WORKER_TOKENIZER_VOCABULARY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace tunesmith::worker {

// The ids of a vocab.txt, one token a line, as the library reads it: white
// space at a line's end is no part of the token, and of two lines with one
// token the later one counts. NOT_FOUND; INVALID_ARGUMENT when it is not UTF-8,
// too large, or a git-lfs pointer.
absl::StatusOr<nlohmann::json> ReadVocabularyFile(const std::string& path);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TOKENIZER_VOCABULARY_FILE_H_
