#include "client/cli/render/progress_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/render/quantity.h"

namespace tunesmith::cli {

std::string RenderProgress(const v1::Progress& progress) {
  std::string line =
      progress.phase() == v1::Progress::PHASE_UNSPECIFIED
          ? "running"
          : absl::AsciiStrToLower(v1::Progress::Phase_Name(progress.phase()));
  if (progress.total_steps() > 0) {
    absl::StrAppendFormat(&line, "  step %d/%d  %.0f%%", progress.step(),
                          progress.total_steps(), progress.fraction() * 100);
  } else if (progress.step() > 0) {
    absl::StrAppendFormat(&line, "  step %d", progress.step());
  }
  if (progress.has_loss()) {
    absl::StrAppend(&line, "  loss ", FormatFigure(progress.loss()));
  }
  if (progress.examples_per_second() > 0) {
    absl::StrAppendFormat(&line, "  %.1f examples/s",
                          progress.examples_per_second());
  }
  if (progress.has_time_remaining()) {
    absl::StrAppend(&line, "  ", FormatElapsed(progress.time_remaining()),
                    " left");
  }
  return line;
}

bool ProgressThrottle::ShouldPrint(const v1::Progress& progress) {
  // Hostile fractions (NaN among them) count as 0.
  double fraction = progress.fraction() > 0 ? progress.fraction() : 0.0;
  int64_t twentieth = static_cast<int64_t>(std::min(fraction, 1.0) * 20);
  if (progress.phase() == phase_ && twentieth <= twentieth_) return false;
  phase_ = progress.phase();
  twentieth_ = std::max(twentieth_, twentieth);
  return true;
}

}  // namespace tunesmith::cli
