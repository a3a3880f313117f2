#ifndef TUNESMITH_WORKER_TRAINER_WIRE_FACTS_H_
#define TUNESMITH_WORKER_TRAINER_WIRE_FACTS_H_

#include <string>
#include <vector>

#include "tunesmith/internal/v1/work.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "worker/data/data_totals.h"
#include "worker/data/finding.h"
#include "worker/data/inspection.h"
#include "worker/models/description.h"
#include "worker/training/train.h"

// What the rooms behind the trainer's door found out, as wire messages.

namespace tunesmith::worker {

tunesmith::v1::ImageInput ToWire(const ImageInputFacts& input);

tunesmith::v1::Finding ToWire(const DataFinding& finding);

// `labels`: in the order of the network's outputs.
tunesmith::v1::Evaluation ToWire(const EvaluationFigures& figures,
                                 const std::vector<std::string>& labels);

tunesmith::v1::EarlyStop ToWire(const EarlyStop& stop);

tunesmith::v1::Split ToWire(DataSplit split);

tunesmith::v1::Progress ToWire(const TrainingProgress& progress);

internal::v1::ModelFacts ToWire(const ModelDescription& description);

// Of more than 1,000 classes those that lost the largest share of their rows.
tunesmith::v1::DataSummary ToWire(const DataTotals& totals);

// `row_count`, `unusable_row_count` and `columns` are set.
tunesmith::v1::Dataset ToWire(const TableFacts& facts);

// IGNORED_TENSOR, NEW_PARAMETER and the description's notes.
std::vector<tunesmith::v1::Finding> ModelFindings(
    const ModelDescription& description);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINER_WIRE_FACTS_H_
