#ifndef TUNESMITH_WORKER_MODELS_HEAD_REUSE_H_
#define TUNESMITH_WORKER_MODELS_HEAD_REUSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "worker/models/description.h"

namespace tunesmith::worker {

// What becomes of a base model's classification head.
struct HeadReuse {
  // For each label that is wanted, the output of the base's head that stands
  // for it; empty: a new head begins from random values.
  std::vector<int64_t> rows;
  // What people should know; empty when there is no head, or it is kept as it
  // is.
  std::string remark;
};

// A head is kept when it has the same labels in whatever order, where letter
// case (of ASCII) and outer white space may differ as long as no two labels
// become the same.
HeadReuse ReuseHead(const ModelDescription& base,
                    const std::vector<std::string>& wanted);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_MODELS_HEAD_REUSE_H_
