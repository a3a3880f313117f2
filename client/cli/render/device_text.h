#ifndef TUNESMITH_CLIENT_CLI_RENDER_DEVICE_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_DEVICE_TEXT_H_

#include <string>

#include "client/cli/render/text_table.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/job_spec.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::cli {

// "cuda:0 (NVIDIA H100 80GB HBM3)".
std::string DeviceText(const std::string& device, const std::string& name);

// "TF32".
std::string PrecisionName(v1::Hyperparameters::Precision precision);

// What occupies a slot and what keeps it from work; "-" for neither.
std::string SlotSituation(const v1::Slot& slot);

// Adds the rows that say where and how a job runs, and what that took.
void AddExecutionRows(const v1::Job& job, TextTable& table);

// What a job demands of a device, for example "cuda, 24.0 GiB of memory"; empty
// when it takes any.
std::string DescribeResources(const v1::Resources& resources);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_DEVICE_TEXT_H_
