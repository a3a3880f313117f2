#ifndef TUNESMITH_PROTO_CONTRACT_PUBLIC_SERVICES_H_
#define TUNESMITH_PROTO_CONTRACT_PUBLIC_SERVICES_H_

#include <vector>

#include "google/protobuf/descriptor.h"

namespace tunesmith {

// The services of tunesmith.v1.
std::vector<const google::protobuf::ServiceDescriptor*> PublicServices();

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_PUBLIC_SERVICES_H_
