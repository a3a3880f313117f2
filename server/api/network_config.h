#ifndef TUNESMITH_SERVER_API_NETWORK_CONFIG_H_
#define TUNESMITH_SERVER_API_NETWORK_CONFIG_H_

#include <string>

#include "server/jobs/field_scope.h"
#include "tunesmith/v1/model.pb.h"

// What a network of pictures is whose weights come without a config.json.

namespace tunesmith::server {

// Adds every problem of the description.
void CheckNetwork(const v1::NetworkDescription& network,
                  const FieldScope& scope);

// The config.json that says the same, so that the model describes itself from
// then on: as timm writes it, and beside that `resize_size` and, where they are
// given, `padding`, `channel_order` and `batch_norm_epsilon`. What is not given
// follows from the weights, which may be of Keras. Equal descriptions give
// equal bytes. `network` has no problem.
std::string ConfigOfNetwork(const v1::NetworkDescription& network);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_NETWORK_CONFIG_H_
