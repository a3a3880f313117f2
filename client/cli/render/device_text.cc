#include "client/cli/render/device_text.h"

#include "absl/strings/str_cat.h"
#include "client/cli/render/quantity.h"

namespace tunesmith::cli {
std::string PrecisionName(v1::Hyperparameters::Precision precision) {
  return v1::Hyperparameters::Precision_IsValid(precision)
             ? v1::Hyperparameters::Precision_Name(precision)
             : absl::StrCat("precision ", precision);
}

std::string DeviceText(const std::string& device, const std::string& name) {
  return name.empty() ? device : absl::StrCat(device, " (", name, ")");
}

std::string SlotSituation(const v1::Slot& slot) {
  std::string text = slot.running();
  if (!slot.out_of_service().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    "OUT OF SERVICE: ", slot.out_of_service());
  }
  return text.empty() ? "-" : text;
}

void AddExecutionRows(const v1::Job& job, TextTable& table) {
  if (job.has_execution()) {
    const v1::Execution& execution = job.execution();
    table.AddRow({"runs on", absl::StrCat(DeviceText(execution.device(),
                                                     execution.device_name()),
                                          " on ", execution.worker())});
    if (!execution.device_uuid().empty()) {
      table.AddRow({"", execution.device_uuid()});
    }
    table.AddRow(
        {"computes in",
         absl::StrCat(PrecisionName(execution.precision()),
                      execution.deterministic() ? ", deterministic"
                                                : ", not deterministic",
                      ", microbatch ", execution.microbatch(), ", ",
                      execution.threads(), " threads")});
  }
  if (job.has_energy_joules()) {
    table.AddRow({"energy", FormatEnergy(job.energy_joules())});
  }
}

std::string DescribeResources(const v1::Resources& resources) {
  std::string text;
  if (resources.device_kind() == v1::Resources::CPU) text = "cpu";
  if (resources.device_kind() == v1::Resources::CUDA) text = "cuda";
  if (resources.device_memory_bytes() > 0) {
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    FormatBytes(resources.device_memory_bytes()), " of memory");
  }
  return text;
}

}  // namespace tunesmith::cli
