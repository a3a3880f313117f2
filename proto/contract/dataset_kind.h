#ifndef TUNESMITH_PROTO_CONTRACT_DATASET_KIND_H_
#define TUNESMITH_PROTO_CONTRACT_DATASET_KIND_H_

#include <string>
#include <string_view>

#include "tunesmith/v1/dataset.pb.h"

namespace tunesmith {

// The kind of a file by its name's ending, in any case of letters, as
// DatasetFormat.Kind says; KIND_UNSPECIFIED where it tells nothing.
v1::DatasetFormat::Kind DatasetKindOf(std::string_view file_name);

// Bytes of the ending that tells the kind, ".csv.gz" for example; empty where
// none does. Points into `file_name`.
std::string_view DatasetEnding(std::string_view file_name);

// What to do about a file whose name tells no kind. One sentence.
std::string UnknownKindAdvice(std::string_view file_name);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_DATASET_KIND_H_
