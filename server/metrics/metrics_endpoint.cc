#include "server/metrics/metrics_endpoint.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/listen_address.h"
#include "proto/contract/listen_error.h"

namespace tunesmith::server {
namespace {

constexpr absl::Duration kKnockInterval = absl::Milliseconds(20);

// Connects to the port and hangs up.
void Knock(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Refused or not: both will do.
  (void)connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  close(fd);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Start(
    const std::string& address) {
  TUNESMITH_RETURN_IF_ERROR(CheckLoopbackAddress(address));
  // The HTTP server's own list of addresses knows no names.
  std::string numeric = address;
  if (numeric.rfind("localhost:", 0) == 0) {
    numeric = absl::StrCat("127.0.0.1:", numeric.substr(sizeof("localhost")));
  }
  try {
    return std::unique_ptr<MetricsEndpoint>(new MetricsEndpoint(
        std::make_unique<prometheus::Exposer>(numeric, /*num_threads=*/1)));
  } catch (const std::exception&) {
    return ListenError("--metrics-listen", address);
  }
}

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer)
    : exposer_(std::move(exposer)) {}

// The HTTP server looks for its end only when somebody connects, or every two
// seconds: somebody connects.
MetricsEndpoint::~MetricsEndpoint() {
  int own_port = port();
  Mutex mutex;
  CondVar changed;
  bool stopped = false;
  std::thread stopper([&] {
    exposer_.reset();
    MutexLock lock(&mutex);
    stopped = true;
    changed.SignalAll();
  });
  {
    MutexLock lock(&mutex);
    while (!stopped) {
      Knock(own_port);
      changed.WaitFor(&mutex, kKnockInterval);
    }
  }
  stopper.join();
}

void MetricsEndpoint::Show(
    const std::shared_ptr<prometheus::Collectable>& collectable) {
  exposer_->RegisterCollectable(collectable);
}

int MetricsEndpoint::port() const {
  std::vector<int> ports = exposer_->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace tunesmith::server
