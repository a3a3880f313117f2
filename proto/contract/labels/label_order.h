#ifndef TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_ORDER_H_
#define TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_ORDER_H_

#include <string>
#include <vector>

namespace tunesmith {

// The order in which labels are a network's outputs where a job does not say:
// whole numbers (`-2`, `0`, `10.0`) by value when all of them are, otherwise by
// byte. Both sides of a lease go by it.
void SortLabels(std::vector<std::string>& labels);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_LABELS_LABEL_ORDER_H_
