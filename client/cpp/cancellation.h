#ifndef TUNESMITH_CLIENT_CPP_CANCELLATION_H_
#define TUNESMITH_CLIENT_CPP_CANCELLATION_H_

#include <atomic>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "proto/contract/base/mutex.h"

namespace grpc {
class ClientContext;
}  // namespace grpc

namespace tunesmith::client {

// Stops calls in progress, and those to come, from another thread: Ctrl-C, for
// example. Once cancelled it stays so. Thread-safe.
class Cancellation {
 public:
  Cancellation();
  ~Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  void Cancel();
  bool cancelled() const { return cancelled_; }

  // Readable once cancelled, for poll(); -1 when the process has no descriptor
  // left. Owned by this object.
  int wake_fd() const { return wake_fd_; }

  // Returns false as soon as it is cancelled, true when `duration` has passed.
  bool WaitFor(absl::Duration duration) const;

  // Cancels `context` together with this object, while it lives.
  class Registration {
   public:
    Registration(Cancellation& cancellation, grpc::ClientContext& context);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    Cancellation& cancellation_;
    grpc::ClientContext& context_;
  };

 private:
  const int wake_fd_;
  std::atomic<bool> cancelled_ = false;
  Mutex mutex_;
  std::set<grpc::ClientContext*> contexts_ ABSL_GUARDED_BY(mutex_);
};

// How to wait between tries; tests replace it so that nothing sleeps.
class Pause {
 public:
  virtual ~Pause() = default;

  // Returns false when `cancellation` came first.
  virtual bool For(absl::Duration duration,
                   const Cancellation& cancellation) = 0;
};

// Really waits. Lives for ever.
Pause& RealPause();

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_CANCELLATION_H_
