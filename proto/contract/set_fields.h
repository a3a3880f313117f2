#ifndef TUNESMITH_PROTO_CONTRACT_SET_FIELDS_H_
#define TUNESMITH_PROTO_CONTRACT_SET_FIELDS_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace tunesmith {

// A field that is set, and its value as text.
struct SetField {
  // snake_case names from the outermost message on, with dots between them:
  // "hyperparameters.batch_size".
  std::string path;
  std::string value;
};

// The fields that are set in `message` and in the messages within it, in the
// order of their numbers. A repeated field is one field whose elements are
// joined with ", ". A message in which nothing is set has the value "{}".
// Numbers have the digits that it takes to read them back.
std::vector<SetField> ListSetFields(const google::protobuf::Message& message);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_SET_FIELDS_H_
