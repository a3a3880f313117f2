#ifndef TUNESMITH_WORKER_DATA_SAMPLE_KIND_H_
#define TUNESMITH_WORKER_DATA_SAMPLE_KIND_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/data/example.h"
#include "worker/data/finding.h"
#include "worker/data/labelled_samples.h"
#include "worker/data/table.h"

namespace tunesmith::worker {

// One dataset's file.
struct TableFile {
  // `datasets/{dataset}`.
  std::string name;
  std::string path;
  TableFormat format;
};

// What is classified: texts or pictures.
class SampleKind {
 public:
  virtual ~SampleKind() = default;

  // One of them, for messages: "text".
  virtual std::string_view noun() const = 0;

  // Replaces each sample, as the table has it, by what it is known by: equal
  // ones are the same thing. Rows that cannot be used leave `rows`, each with a
  // finding; the others keep their order. Errors are those of
  // PrepareClassification.
  virtual absl::Status Identify(const TableFile& file,
                                std::vector<LabelledSample>& rows,
                                FindingLog& findings) = 0;

  // SPLIT_OVERLAP: rows of `other`, which is called `split`, that are in
  // training data too; both went through Identify.
  virtual void FindOverlap(const std::vector<LabelledSample>& training,
                           const std::vector<LabelledSample>& other,
                           std::string_view split, FindingLog& findings);

  // What a network is given, row by row; `rows` went through Identify. `split`
  // is for messages: "training".
  virtual absl::StatusOr<std::vector<Example>> Encode(
      const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
      std::string_view split, FindingLog& findings) = 0;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_SAMPLE_KIND_H_
