#ifndef TUNESMITH_CLIENT_CLI_RENDER_FREEZE_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_FREEZE_TEXT_H_

#include <string>

#include "tunesmith/v1/job_service.pb.h"

namespace tunesmith::cli {

// Each parameter with what becomes of it and why, then totals.
std::string RenderFreezePreview(const v1::PreviewFreezeResponse& preview);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_FREEZE_TEXT_H_
