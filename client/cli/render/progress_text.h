#ifndef TUNESMITH_CLIENT_CLI_RENDER_PROGRESS_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_PROGRESS_TEXT_H_

#include <cstdint>
#include <string>

#include "tunesmith/v1/job.pb.h"

namespace tunesmith::cli {

// One line: "training  step 12/27  44%  loss 1.532  85.2 examples/s  3m 10s
// left". What is not known is left out.
std::string RenderProgress(const v1::Progress& progress);

// Which progress to print where lines cannot be overwritten: a new phase, and
// each further twentieth of the job.
class ProgressThrottle {
 public:
  bool ShouldPrint(const v1::Progress& progress);

 private:
  v1::Progress::Phase phase_ = v1::Progress::PHASE_UNSPECIFIED;
  int64_t twentieth_ = -1;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_PROGRESS_TEXT_H_
