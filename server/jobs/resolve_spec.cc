#include "server/jobs/resolve_spec.h"

#include <algorithm>

#include "server/jobs/input_fit.h"
#include "server/jobs/measuring_fit.h"
#include "server/jobs/spec_defaults.h"
#include "server/jobs/split_fit.h"

namespace tunesmith::server {

void Resolution::AddViolation(std::string_view field,
                              const std::string& description,
                              v1::ErrorReason reason) {
  std::string path = prefix_.empty() ? "" : prefix_ + ".";
  FieldViolation violation{path + std::string(field), description};
  auto& violations = result_->violations;
  if (std::find(violations.begin(), violations.end(), violation) !=
      violations.end()) {
    return;
  }
  if (violations.empty()) result_->reason = reason;
  violations.push_back(std::move(violation));
}

ResolvedSpec ResolveSpec(const v1::JobSpec& spec, const SpecInputs& inputs,
                         const std::string& prefix) {
  ResolvedSpec result;
  result.spec = spec;
  if (spec.purpose() == v1::JobSpec::EVALUATE) {
    AdoptOrigin(inputs, result.spec);
    FillMeasuringDefaults(result.spec);
    Resolution resolution(spec, prefix, &result);
    FitMeasuring(inputs, resolution);
    return result;
  }
  ChooseSplits(inputs, result.spec);
  FillDefaults(result.spec);
  Resolution resolution(spec, prefix, &result);
  FitSplits(inputs, resolution);
  FitData(inputs, resolution);
  FitModel(inputs, resolution);
  return result;
}

}  // namespace tunesmith::server
