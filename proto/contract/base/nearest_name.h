#ifndef TUNESMITH_PROTO_CONTRACT_BASE_NEAREST_NAME_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_NEAREST_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Hints for names that were probably mistyped.

namespace tunesmith {

// Least number of bytes to insert, delete or replace, or of neighbours to
// swap, that turns `a` into `b` (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b);

// The candidate that `name` was probably meant to be: the nearest one, the
// first of equals; empty when none is near. Case and white space at the ends
// do not count. A hint is worth little time: names of more than 128 bytes are
// never near, and only the first 1,024 candidates are looked at.
std::string NearestName(std::string_view name,
                        const std::vector<std::string>& candidates);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_NEAREST_NAME_H_
