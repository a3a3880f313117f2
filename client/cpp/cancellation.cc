#include "client/cpp/cancellation.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "absl/time/clock.h"
#include "grpcpp/client_context.h"

namespace tunesmith::client {

Cancellation::Cancellation() : wake_fd_(eventfd(0, EFD_CLOEXEC)) {}

Cancellation::~Cancellation() {
  if (wake_fd_ >= 0) close(wake_fd_);
}

void Cancellation::Cancel() {
  cancelled_ = true;
  if (wake_fd_ >= 0) {
    const uint64_t one = 1;
    // Cannot block: the counter never comes near its limit.
    [[maybe_unused]] ssize_t written = write(wake_fd_, &one, sizeof(one));
  }
  // TryCancel only posts the request; no callback runs under the lock.
  MutexLock lock(&mutex_);
  for (grpc::ClientContext* context : contexts_) context->TryCancel();
}

bool Cancellation::WaitFor(absl::Duration duration) const {
  const absl::Time end = absl::Now() + duration;
  while (!cancelled_) {
    absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) return true;
    pollfd wake = {.fd = wake_fd_, .events = POLLIN, .revents = 0};
    timespec timeout =
        absl::ToTimespec(std::min<absl::Duration>(left, absl::Minutes(1)));
    if (ppoll(&wake, 1, &timeout, nullptr) < 0 && errno != EINTR) return true;
  }
  return false;
}

Cancellation::Registration::Registration(Cancellation& cancellation,
                                         grpc::ClientContext& context)
    : cancellation_(cancellation), context_(context) {
  {
    MutexLock lock(&cancellation_.mutex_);
    cancellation_.contexts_.insert(&context_);
  }
  if (cancellation_.cancelled()) context_.TryCancel();
}

Cancellation::Registration::~Registration() {
  MutexLock lock(&cancellation_.mutex_);
  cancellation_.contexts_.erase(&context_);
}

namespace {

class WaitingPause : public Pause {
 public:
  bool For(absl::Duration duration, const Cancellation& cancellation) override {
    return cancellation.WaitFor(duration);
  }
};

}  // namespace

Pause& RealPause() {
  static WaitingPause* const pause = new WaitingPause();
  return *pause;
}

}  // namespace tunesmith::client
