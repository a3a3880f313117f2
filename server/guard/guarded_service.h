#ifndef TUNESMITH_SERVER_GUARD_GUARDED_SERVICE_H_
#define TUNESMITH_SERVER_GUARD_GUARDED_SERVICE_H_

#include <deque>
#include <string>

#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/service_type.h"
#include "server/guard/request_rules.h"

namespace tunesmith::server {

// Stands before a service and lets only requests through that are whole, not
// too long, not compressed and by the rules: others end here, whatever the
// method. Messages of a client's stream pass on as they are; their readers ask
// the rules themselves.
//
// gRPC offers no such place: an interceptor can neither end a call with a
// status nor keep it from its method. It does let a method have another
// handler, and this one wraps the generated one.
class GuardedService final : public grpc::Service {
 public:
  // `service`: a generated CallbackService of `descriptor`, which is not
  // registered itself. Neither it nor `rules` is owned.
  GuardedService(grpc::Service* service,
                 const google::protobuf::ServiceDescriptor& descriptor,
                 const RequestRules* rules);

 private:
  // gRPC keeps pointers to them.
  std::deque<std::string> method_names_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_GUARD_GUARDED_SERVICE_H_
