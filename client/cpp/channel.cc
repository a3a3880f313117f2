#include "client/cpp/channel.h"

#include <chrono>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "proto/contract/message_limits.h"

namespace tunesmith::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int Milliseconds(milliseconds duration) {
  return static_cast<int>(duration.count());
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Servers answer pings that come more often than this with
  // `too_many_pings`.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(seconds(30)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(seconds(10)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  // A restarted server is found quickly.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
                   Milliseconds(milliseconds(100)));
  // Despite its name the time that one attempt may take, handshake included: a
  // busy or far server needs some.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(seconds(5)));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, Milliseconds(seconds(2)));
  // A proxy of the environment cannot reach this machine's loopback.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace tunesmith::client
