#ifndef TUNESMITH_CLIENT_CLI_RENDER_RESOURCE_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_RESOURCE_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/model.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::cli {

// Lists have one line a resource; single ones show all that is known.

std::string RenderDatasets(const std::vector<v1::Dataset>& datasets,
                           absl::Time now);
std::string RenderDataset(const v1::Dataset& dataset, absl::TimeZone zone);
// One line: rows, columns and findings.
std::string SummarizeDataset(const v1::Dataset& dataset);

std::string RenderModels(const std::vector<v1::Model>& models, absl::Time now);
std::string RenderModel(const v1::Model& model, absl::TimeZone zone);

std::string RenderWorkers(const std::vector<v1::Worker>& workers,
                          absl::Time now);
std::string RenderWorker(const v1::Worker& worker, absl::TimeZone zone);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_RESOURCE_TEXT_H_
