#ifndef TUNESMITH_CLIENT_CLI_COMMAND_LINE_H_
#define TUNESMITH_CLIENT_CLI_COMMAND_LINE_H_

#include "client/cli/base/command_context.h"

namespace tunesmith::cli {

// The program behind main(): parses, runs one command, reports its error, and
// returns the exit code.
int RunCommandLine(int argc, const char* const* argv,
                   const Environment& environment);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_COMMAND_LINE_H_
