#ifndef TUNESMITH_SERVER_BACKUP_COMMANDS_H_
#define TUNESMITH_SERVER_BACKUP_COMMANDS_H_

#include <optional>

namespace tunesmith::server {

// `tunesmith-server backup`, `restore`, `check` and `compact`: what is done to
// a data directory beside its server. Returns the exit code, or nothing when
// the command line names none of them.
std::optional<int> RunDataCommand(int argc, char** argv);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_BACKUP_COMMANDS_H_
