#ifndef TUNESMITH_CLIENT_CLI_RENDER_FINDING_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_FINDING_TEXT_H_

#include <string>

#include "tunesmith/v1/finding.pb.h"

namespace tunesmith::cli {

// One line: severity, code, row and column where it has them, message and
// suggestion.
std::string RenderFinding(const v1::Finding& finding);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_FINDING_TEXT_H_
