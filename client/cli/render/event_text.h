#ifndef TUNESMITH_CLIENT_CLI_RENDER_EVENT_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_EVENT_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "tunesmith/v1/event.pb.h"

namespace tunesmith::cli {

// What happened, in one line without time and sequence.
std::string RenderEvent(const v1::JobEvent& event);

// As RenderEvent, after sequence and local time.
std::string RenderEventForLog(const v1::JobEvent& event, absl::TimeZone zone);

// Whether a person who watches wants to see it: not single figures,
// nor totals of rows, which a finding says as well.
bool IsForWatchers(const v1::JobEvent& event);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_EVENT_TEXT_H_
