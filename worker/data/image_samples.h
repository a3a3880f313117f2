#ifndef TUNESMITH_WORKER_DATA_IMAGE_SAMPLES_H_
#define TUNESMITH_WORKER_DATA_IMAGE_SAMPLES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/data/sample_kind.h"

namespace tunesmith::worker {

// Pictures in archives. Each is decoded once to see that it can be; they are
// known by the digest of their bytes.
class ImageSamples : public SampleKind {
 public:
  ImageSamples(size_t threads, RowAction unreadable,
               std::function<bool()> should_stop)
      : threads_(threads),
        unreadable_(unreadable),
        should_stop_(std::move(should_stop)) {}

  std::string_view noun() const override { return "picture"; }

  // BAD_IMAGE or INCOMPLETE_IMAGE for those that cannot be read, or only in
  // part; an error BAD_ROW where
  // `unreadable` is kFail. EMPTY_DATASET when none can. RESOURCE_EXHAUSTED with
  // reason OUT_OF_MEMORY. Errors of OpenArchive.
  absl::Status Identify(const TableFile& file,
                        std::vector<LabelledSample>& rows,
                        FindingLog& findings) override;

  // Also of pictures that look the same.
  void FindOverlap(const std::vector<LabelledSample>& training,
                   const std::vector<LabelledSample>& other,
                   std::string_view split, FindingLog& findings) override;

  absl::StatusOr<std::vector<Example>> Encode(
      const std::vector<LabelledSample>& rows, std::span<const int32_t> labels,
      std::string_view split, FindingLog& findings) override;

 private:
  // A file that holds certain bytes, and what it looks like.
  struct Known {
    PictureSource source;
    std::optional<uint64_t> hash;
  };

  const size_t threads_;
  const RowAction unreadable_;
  const std::function<bool()> should_stop_;
  // By digest.
  std::unordered_map<std::string, Known> known_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_DATA_IMAGE_SAMPLES_H_
