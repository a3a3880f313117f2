#ifndef TUNESMITH_CLIENT_CLI_RENDER_AUDIT_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_AUDIT_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/v1/audit.pb.h"

namespace tunesmith::cli {

// One line a record.
std::string RenderAudit(const std::vector<v1::AuditRecord>& records,
                        absl::TimeZone zone);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_AUDIT_TEXT_H_
