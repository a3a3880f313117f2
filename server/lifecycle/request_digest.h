#ifndef TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_
#define TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_

#include <string>

#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::server {

// SHA-256 of a request without its `request_id`: equal bodies have equal
// digests, whatever the order in which they were sent.
std::string RequestDigest(v1::CreateJobRequest request);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_REQUEST_DIGEST_H_
