#ifndef TUNESMITH_WORKER_DATA_SAMPLE_FINDINGS_H_
#define TUNESMITH_WORKER_DATA_SAMPLE_FINDINGS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worker/data/finding.h"
#include "worker/data/labelled_samples.h"

// Findings about labelled samples as a whole.

namespace tunesmith::worker {

// TINY_CLASS, CLASS_IMBALANCE and, when any row is for validation,
// CLASS_WITHOUT_VALIDATION; of many classes the first ones, and a sum. Counts
// are by class, of the training rows before a split and of the validation rows
// after it.
void FindClassProblems(const std::vector<std::string>& labels,
                       std::span<const int64_t> training_counts,
                       std::span<const int64_t> validation_counts,
                       FindingLog& findings);

// CONFLICTING_LABEL: one finding for all samples that occur with different
// labels. `noun` is what a sample is: "text".
void FindConflictingLabels(const std::vector<LabelledSample>& samples,
                           std::string_view noun, FindingLog& findings);

// DUPLICATE_ROW: one finding for all samples that an earlier row has too.
void FindRepeatedSamples(const std::vector<LabelledSample>& samples,
                         std::string_view noun, FindingLog& findings);

// SPLIT_OVERLAP: rows of `other`, which is called `split`, whose sample is in
// training data too.
void FindSplitOverlap(const std::vector<LabelledSample>& training,
                      const std::vector<LabelledSample>& other,
                      std::string_view noun, std::string_view split,
                      FindingLog& findings);

// TRUNCATED_TEXT, when `truncated` is above 0.
void FindTruncatedTexts(int64_t truncated, int64_t rows, int max_length,
                        std::string_view split, FindingLog& findings);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_SAMPLE_FINDINGS_H_
