#ifndef TUNESMITH_CLIENT_CPP_PREDICT_H_
#define TUNESMITH_CLIENT_CPP_PREDICT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "tunesmith/v1/prediction_service.pb.h"

namespace tunesmith::client {

struct PredictOptions {
  // `models/{model}`.
  std::string model;
  // Labels for each sample; unset: all.
  std::optional<int> top_k;
  // The next samples, for one request; nothing at the end. Called on a thread
  // of its own.
  std::function<absl::StatusOr<std::optional<std::vector<v1::Sample>>>()>
      next_samples;
  // Called with each answer, in the order of the requests.
  std::function<void(const v1::PredictResponse&)> on_response;
};

// Asks a model about any number of samples over one stream. The first error of
// `next_samples` or of the stream ends it.
absl::Status PredictAll(Client& client, const PredictOptions& options);

}  // namespace tunesmith::client

#endif  // TUNESMITH_CLIENT_CPP_PREDICT_H_
