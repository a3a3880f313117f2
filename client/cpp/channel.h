#ifndef TUNESMITH_CLIENT_CPP_CHANNEL_H_
#define TUNESMITH_CLIENT_CPP_CHANNEL_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"

namespace tunesmith::client {

// A channel to the server at `address` (host:port). Connects at the first
// call. Plain text: servers listen on loopback only.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_CHANNEL_H_
