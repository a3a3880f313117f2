#ifndef TUNESMITH_SERVER_API_PATIENCE_H_
#define TUNESMITH_SERVER_API_PATIENCE_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"

namespace tunesmith::server {

// Waits with a limit: each wait ends by what was waited for or because it took
// too long, and never by both. For reactors, whose client may stop sending. One
// thread at a time calls Begin and End; `on_late` runs on one of gRPC's.
class Patience {
 public:
  explicit Patience(absl::Duration limit) : limit_(limit) {}
  // Ends a wait that is under way.
  ~Patience() { End(); }

  // Begins a wait. Where End does not come in time, `on_late` is called, and
  // End returns false.
  void Begin(absl::AnyInvocable<void()> on_late);

  // What was waited for is there; false when it is too late.
  bool End();

 private:
  const absl::Duration limit_;
  // Number of the wait that is under way; negative, once it has ended. Outlives
  // this: an alarm may just go off.
  const std::shared_ptr<std::atomic<int64_t>> wait_ =
      std::make_shared<std::atomic<int64_t>>(-1);
  int64_t number_ = 0;
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PATIENCE_H_
