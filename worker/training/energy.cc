#include "worker/training/energy.h"

#include <utility>

namespace tunesmith::worker {

Energy::Energy(EnergyMeter meter) : meter_(std::move(meter)), last_(Read()) {}

std::optional<double> Energy::Read() const {
  return meter_ ? meter_() : std::nullopt;
}

void Energy::AddTo(std::optional<double>& joules) {
  const std::optional<double> now = Read();
  if (now.has_value() && last_.has_value() && joules.has_value()) {
    *joules += *now - *last_;
  } else {
    joules.reset();
  }
  last_ = now;
}

}  // namespace tunesmith::worker
