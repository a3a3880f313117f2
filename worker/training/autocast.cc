#include "worker/training/autocast.h"

#include "ATen/autocast_mode.h"

namespace tunesmith::worker {

AutocastGuard::AutocastGuard(at::Device device, Precision precision)
    : type_(device.type()),
      was_enabled_(at::autocast::is_autocast_available(type_) &&
                   at::autocast::is_autocast_enabled(type_)),
      active_(was_enabled_ || precision == Precision::kBf16) {
  if (!active_) return;
  previous_type_ = at::autocast::get_autocast_dtype(type_);
  at::autocast::set_autocast_enabled(type_, precision == Precision::kBf16);
  at::autocast::set_autocast_dtype(type_, at::kBFloat16);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!active_) return;
  // The outermost guard drops the converted weights, which the next step would
  // find stale.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(type_, was_enabled_);
  at::autocast::set_autocast_dtype(type_, previous_type_);
}

}  // namespace tunesmith::worker
