#ifndef TUNESMITH_WORKER_REPORT_SECTIONS_H_
#define TUNESMITH_WORKER_REPORT_SECTIONS_H_

#include "worker/report/finished_run.h"
#include "worker/report/html_writer.h"

// The parts of a report, each in a file of its own.

namespace tunesmith::worker {

// Job, base model, task, and what came of it in one line.
void WriteOutcome(const FinishedRun& run, HtmlWriter& html);
// Loss, validation figures and learning rate over the steps.
void WriteCurves(const FinishedRun& run, HtmlWriter& html);
// Figures before and after, and those of each class.
void WriteEvaluations(const FinishedRun& run, HtmlWriter& html);
// Which classes were taken for which.
void WriteConfusions(const FinishedRun& run, HtmlWriter& html);
// The rows that the network was surest of and wrong about.
void WriteMistakes(const FinishedRun& run, HtmlWriter& html);
// Datasets, labels, and what was noticed about them.
void WriteData(const FinishedRun& run, HtmlWriter& html);
// The resolved spec, field by field.
void WriteSpec(const FinishedRun& run, HtmlWriter& html);
// What it takes to repeat the run: device, versions, seed and digests.
void WriteReproduction(const FinishedRun& run, HtmlWriter& html);
// Times, and the number of the attempt.
void WriteAttempt(const FinishedRun& run, HtmlWriter& html);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_SECTIONS_H_
