#include "server/transport.h"

#include <chrono>

#include "grpcpp/resource_quota.h"
#include "proto/contract/message_limits.h"

namespace tunesmith::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// All that gRPC holds: calls, what arrives and what is to be sent. A watcher
// takes 15 kB. Beyond it gRPC reads less, and then cancels calls.
constexpr size_t kTransportBytes = size_t{512} << 20;
// Of one connection; more wait in the client.
constexpr int kStreamsPerConnection = 1024;
// Names, identities and the like: the API's own headers are short.
constexpr int kMetadataBytes = 8 << 10;

// Clients and workers ping every 30 s; the margin is for their timers. Who
// pings more often, three times, is disconnected.
constexpr milliseconds kKeepalive = seconds(30);
constexpr milliseconds kKeepaliveTimeout = seconds(10);
constexpr milliseconds kLeastPingInterval = seconds(20);
constexpr int kPingStrikes = 2;
// A connection that does not begin to speak HTTP/2.
constexpr milliseconds kHandshakeTimeout = seconds(10);
// A connection without a call; clients connect again by themselves.
constexpr milliseconds kIdleTimeout = minutes(10);
// After it, new calls go over a new connection, and those that are under way,
// streams mostly, have a day more.
constexpr milliseconds kConnectionAge = hours(6);
constexpr milliseconds kConnectionAgeGrace = hours(24);

void Add(grpc::ServerBuilder& builder, const char* argument,
         milliseconds value) {
  builder.AddChannelArgument(argument, static_cast<int>(value.count()));
}

}  // namespace

void ConfigureTransport(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("tunesmith");
  quota.Resize(kTransportBytes);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // 2 MB of gzip can hold 2 GB. What is compressed all the same is not
  // unpacked, and refused.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             kStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytes);
  Add(builder, GRPC_ARG_KEEPALIVE_TIME_MS, kKeepalive);
  Add(builder, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeout);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  Add(builder, GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kLeastPingInterval);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kPingStrikes);
  Add(builder, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeout);
  Add(builder, GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleTimeout);
  Add(builder, GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAge);
  Add(builder, GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionAgeGrace);
}

}  // namespace tunesmith::server
