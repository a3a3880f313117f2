#include "client/cpp/await_ready.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"

namespace tunesmith::client {
namespace {

constexpr absl::Duration kFirstInterval = absl::Milliseconds(50);
constexpr absl::Duration kLongestInterval = absl::Seconds(1);

template <class Resource>
absl::StatusOr<Resource> Await(
    Client& client, Clock& clock, const std::string& name,
    absl::Duration timeout,
    const std::function<absl::StatusOr<Resource>()>& get) {
  const absl::Duration end = clock.Monotonic() + timeout;
  absl::Duration interval = kFirstInterval;
  while (true) {
    TUNESMITH_ASSIGN_OR_RETURN(Resource resource, get());
    if (resource.state() == Resource::READY) return resource;
    if (resource.state() == Resource::FAILED) {
      absl::Status error = FromRpcStatus(resource.error());
      if (error.ok()) error = absl::InternalError("failed without an error");
      return WithContext(error, name);
    }
    if (clock.Monotonic() >= end) {
      return absl::DeadlineExceededError(absl::StrCat(
          name, " is still not ready after ", absl::FormatDuration(timeout),
          ": is a worker connected?"));
    }
    if (!client.pause().For(interval, client.cancellation())) {
      return absl::CancelledError("interrupted");
    }
    interval = std::min(interval * 2, kLongestInterval);
  }
}

}  // namespace

absl::StatusOr<v1::Dataset> AwaitDataset(Client& client, Clock& clock,
                                         const std::string& name,
                                         absl::Duration timeout) {
  return Await<v1::Dataset>(client, clock, name, timeout,
                            [&] { return client.GetDataset(name); });
}

absl::StatusOr<v1::Model> AwaitModel(Client& client, Clock& clock,
                                     const std::string& name,
                                     absl::Duration timeout) {
  return Await<v1::Model>(client, clock, name, timeout,
                          [&] { return client.GetModel(name); });
}

}  // namespace tunesmith::client
