#include "worker/data/sample_kind.h"

#include "worker/data/sample_findings.h"

namespace tunesmith::worker {

void SampleKind::FindOverlap(const std::vector<LabelledSample>& training,
                             const std::vector<LabelledSample>& other,
                             std::string_view split, FindingLog& findings) {
  FindSplitOverlap(training, other, noun(), split, findings);
}

}  // namespace tunesmith::worker
