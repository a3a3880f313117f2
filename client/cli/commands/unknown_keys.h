#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_UNKNOWN_KEYS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_UNKNOWN_KEYS_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/struct.pb.h"

namespace tunesmith::cli {

// What is wrong with the first key of `object`, or of an object in it, that no
// field of `type` has, in the order of the alphabet, and what was probably
// meant; empty when there is none. Values are not looked at.
std::string UnknownKey(const google::protobuf::Struct& object,
                       const google::protobuf::Descriptor& type);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_UNKNOWN_KEYS_H_
