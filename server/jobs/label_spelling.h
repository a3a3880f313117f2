#ifndef TUNESMITH_SERVER_JOBS_LABEL_SPELLING_H_
#define TUNESMITH_SERVER_JOBS_LABEL_SPELLING_H_

#include <string>
#include <vector>

#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::server {

// What labels with one meaning have in common under `normalization`, as
// LabelKey has it.
std::string SpelledLabel(const std::string& label,
                         v1::CleaningPolicy::LabelNormalization normalization);

// Labels that are compared in one spelling.
class LabelSet {
 public:
  LabelSet(const std::vector<std::string>& labels,
           v1::CleaningPolicy::LabelNormalization normalization);

  bool Contains(const std::string& label) const;

 private:
  const v1::CleaningPolicy::LabelNormalization normalization_;
  // Sorted.
  std::vector<std::string> spelled_;
};

// What would make labels that are not among `known` be among them:
// "label_normalization TRIM matches all of them". Empty where nothing would.
std::string NormalizationAdvice(const std::vector<std::string>& unknown,
                                const std::vector<std::string>& known);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_LABEL_SPELLING_H_
