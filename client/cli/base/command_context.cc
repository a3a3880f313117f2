#include "client/cli/base/command_context.h"

#include "client/cpp/channel.h"

namespace tunesmith::cli {

client::Client& CommandContext::client() {
  if (!client_.has_value()) {
    client_.emplace(client::MakeChannel(options_.server),
                    environment_.cancellation, environment_.pause);
  }
  return *client_;
}

void CommandContext::Show(const google::protobuf::Message& message,
                          const std::function<std::string()>& text) {
  if (options_.json) {
    console().PrintJson(message);
  } else {
    console().Print(text());
  }
}

}  // namespace tunesmith::cli
