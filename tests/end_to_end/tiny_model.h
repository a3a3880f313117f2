#ifndef TUNESMITH_TESTS_END_TO_END_TINY_MODEL_H_
#define TUNESMITH_TESTS_END_TO_END_TINY_MODEL_H_

#include <string>

namespace tunesmith::testing {

// Writes a Hugging Face directory of a BERT with two layers of width 32 and
// random weights, always the same.
void WriteTinyModel(const std::string& directory);

// Writes 96 short texts of three classes that words tell apart, columns `text`
// and `label`.
void WriteTinyDataset(const std::string& path);

}  // namespace tunesmith::testing

#endif  // TUNESMITH_TESTS_END_TO_END_TINY_MODEL_H_
