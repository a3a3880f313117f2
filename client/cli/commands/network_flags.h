#ifndef TUNESMITH_CLIENT_CLI_COMMANDS_NETWORK_FLAGS_H_
#define TUNESMITH_CLIENT_CLI_COMMANDS_NETWORK_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tunesmith/v1/model_service.pb.h"

namespace tunesmith::cli {

// What the command line says of a network of pictures whose weights come
// without a config.json.
struct NetworkFlags {
  std::string architecture;
  std::string padding;
  std::string interpolation;
  int size = 0;
  int resize_size = 0;
  std::vector<double> mean;
  std::vector<double> standard_deviation;
  bool bgr = false;
  bool rgb = false;
  bool squash = false;
  std::string labels_file;
  std::optional<double> batch_norm_epsilon;
};

// The flags that describe need --architecture.
void AddNetworkFlags(CLI::App* command, NetworkFlags& flags);

// Sets `request.network` when the flags describe one; reads the labels file.
// INVALID_ARGUMENT, NOT_FOUND.
absl::Status ApplyNetwork(const NetworkFlags& flags,
                          v1::ImportModelRequest& request);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMANDS_NETWORK_FLAGS_H_
