#ifndef TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_
#define TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_

#include <string>

#include "google/protobuf/message.h"

namespace tunesmith::server {

// SHA-256 over the kind of a message and its content: equal ones have equal
// digests, whatever the order in which they were sent.
std::string MessageDigest(const google::protobuf::Message& message);

// Of a request without its `request_id`.
template <typename Request>
std::string RequestDigest(Request request) {
  request.clear_request_id();
  return MessageDigest(request);
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_
