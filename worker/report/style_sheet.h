#ifndef TUNESMITH_WORKER_REPORT_STYLE_SHEET_H_
#define TUNESMITH_WORKER_REPORT_STYLE_SHEET_H_

namespace tunesmith::worker {

// The report's CSS: light, dark and print. Names no other resource.
extern const char kStyleSheet[];

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_STYLE_SHEET_H_
