#ifndef TUNESMITH_CLIENT_CLI_RENDER_SPEC_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_SPEC_TEXT_H_

#include <string>

#include "client/cli/render/text_table.h"
#include "tunesmith/v1/job_spec.pb.h"

namespace tunesmith::cli {

// Adds name and value of what the spec says; what it leaves out is left out.
void AddSpecRows(const v1::JobSpec& spec, TextTable& table);

// For example "first 2 layers and embeddings".
std::string DescribeFreeze(const v1::FreezePolicy& freeze);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_SPEC_TEXT_H_
