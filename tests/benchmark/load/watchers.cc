#include "tests/benchmark/load/watchers.h"

namespace tunesmith::load {

Watcher::Watcher(v1::JobService::Stub* stub, const std::string& job, Seen* seen)
    : seen_(seen) {
  request_.set_name(job);
  stub->async()->WatchJob(&context_, &request_, this);
  StartRead(&response_);
  StartCall();
}

Watcher::~Watcher() {
  context_.TryCancel();
  MutexLock lock(&mutex_);
  while (!ended_) changed_.Wait(&mutex_);
}

void Watcher::OnReadDone(bool ok) {
  if (!ok) return;
  if (response_.has_event()) {
    const v1::JobEvent& event = response_.event();
    if (cursor_ == 0) seen_->begun.fetch_add(1);
    if (event.sequence() != cursor_ + 1) seen_->gaps.fetch_add(1);
    cursor_ = event.sequence();
    if (event.has_metric()) {
      seen_->delays.Add(Now() - event.metric().value());
      seen_->events.fetch_add(1);
    }
  }
  StartRead(&response_);
}

void Watcher::OnDone(const grpc::Status&) {
  MutexLock lock(&mutex_);
  ended_ = true;
  changed_.SignalAll();
}

}  // namespace tunesmith::load
