#include "worker/agent/metrics_endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "proto/contract/listen_error.h"
#include "worker/agent/process/file_descriptor.h"

namespace tunesmith::worker {
namespace {

// Opens a connection and closes it.
void Knock(const std::string& host, int port) {
  FileDescriptor socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  (void)connect(socket_fd.get(), reinterpret_cast<sockaddr*>(&address),
                sizeof(address));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Create(
    const std::string& address,
    const std::vector<std::shared_ptr<prometheus::Collectable>>& sources) {
  std::unique_ptr<prometheus::Exposer> exposer;
  try {
    exposer = std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1);
  } catch (const std::exception&) {
    return ListenError("--metrics-address", address);
  }
  for (const auto& source : sources) exposer->RegisterCollectable(source);
  return std::unique_ptr<MetricsEndpoint>(new MetricsEndpoint(
      address.substr(0, address.rfind(':')), std::move(exposer)));
}

MetricsEndpoint::MetricsEndpoint(const std::string& host,
                                 std::unique_ptr<prometheus::Exposer> exposer)
    : host_(host),
      exposer_(std::move(exposer)),
      port_(exposer_->GetListeningPorts().front()) {}

MetricsEndpoint::~MetricsEndpoint() {
  // The HTTP server looks at its stop flag after a connection, or every two
  // seconds: too long for a program that was asked to stop.
  std::atomic<bool> stopped = false;
  std::thread stopping([this, &stopped] {
    exposer_.reset();
    stopped = true;
  });
  while (!stopped) {
    Knock(host_, port_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  stopping.join();
}

}  // namespace tunesmith::worker
