#ifndef TUNESMITH_CLIENT_CLI_RENDER_ERROR_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_ERROR_TEXT_H_

#include <string>

#include "absl/status/status.h"

namespace tunesmith::cli {

// An error for people: its message, each field violation on a line of its own,
// its reason (or code, where it has none). `status` is not OK.
std::string RenderError(const absl::Status& status);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_ERROR_TEXT_H_
