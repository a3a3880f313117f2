#include "server/lifecycle/preview_calls.h"

#include <utility>

#include "proto/contract/error.h"

namespace tunesmith::server {

absl::Status PreviewCalls::Add(const std::string& item_uid, AnswerFn answer) {
  MutexLock lock(&mutex_);
  if (calls_.size() >= kMaxCalls) {
    return QuotaError(v1::ERROR_REASON_QUEUE_FULL, "previews",
                      "too many previews wait for a worker; try again",
                      absl::Seconds(5));
  }
  calls_.insert_or_assign(item_uid, std::move(answer));
  return absl::OkStatus();
}

bool PreviewCalls::Remove(const std::string& item_uid) {
  // Destroyed without the lock: it may hold the last reference to its call.
  decltype(calls_)::node_type removed;
  MutexLock lock(&mutex_);
  removed = calls_.extract(item_uid);
  return !removed.empty();
}

void PreviewCalls::Resolve(const std::string& item_uid, Answer answer) {
  decltype(calls_)::node_type call;
  {
    MutexLock lock(&mutex_);
    call = calls_.extract(item_uid);
  }
  if (!call.empty()) call.mapped()(std::move(answer));
}

void PreviewCalls::ResolveAll(const absl::Status& status) {
  decltype(calls_) calls;
  {
    MutexLock lock(&mutex_);
    calls.swap(calls_);
  }
  for (auto& [uid, answer] : calls) answer(status);
}

}  // namespace tunesmith::server
