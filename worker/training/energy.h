#ifndef TUNESMITH_WORKER_TRAINING_ENERGY_H_
#define TUNESMITH_WORKER_TRAINING_ENERGY_H_

#include <functional>
#include <optional>

namespace tunesmith::worker {

// A device's meter: joules since some time in the past. Empty where there is
// none; gives nothing where it cannot be read.
using EnergyMeter = std::function<std::optional<double>()>;

// What a device uses while a run is on it, over all its attempts.
class Energy {
 public:
  explicit Energy(EnergyMeter meter);

  // Adds what was used since the last time to `joules`, which is unset where a
  // part is not known.
  void AddTo(std::optional<double>& joules);

 private:
  std::optional<double> Read() const;

  const EnergyMeter meter_;
  std::optional<double> last_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_TRAINING_ENERGY_H_
