#include "worker/devices/visible_gpus.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace tunesmith::worker {
namespace {

// Empty where the entry names nothing, or more than one GPU.
std::vector<Gpu> Named(const std::vector<Gpu>& gpus, const std::string& entry) {
  int number = -1;
  bool is_number = absl::SimpleAtoi(entry, &number);
  bool is_uuid =
      absl::StartsWith(entry, "GPU-") || absl::StartsWith(entry, "MIG-");
  std::vector<Gpu> named;
  std::set<std::string> uuids;
  for (const Gpu& gpu : gpus) {
    bool by_uuid = is_uuid && absl::StartsWith(gpu.uuid, entry);
    bool by_parent = is_uuid && absl::StartsWith(gpu.parent_uuid, entry);
    if (!by_uuid && !by_parent && !(is_number && gpu.index == number)) continue;
    named.push_back(gpu);
    uuids.insert(by_uuid || !gpu.is_instance() ? gpu.uuid : gpu.parent_uuid);
  }
  if (uuids.size() > 1) return {};
  return named;
}

}  // namespace

std::vector<Gpu> VisibleGpus(const std::vector<Gpu>& gpus,
                             const std::optional<std::string>& value) {
  if (!value.has_value()) return gpus;
  std::vector<Gpu> visible;
  for (absl::string_view part : absl::StrSplit(*value, ',')) {
    std::vector<Gpu> named =
        Named(gpus, std::string(absl::StripAsciiWhitespace(part)));
    bool again =
        std::any_of(named.begin(), named.end(), [&visible](const Gpu& gpu) {
          return std::find(visible.begin(), visible.end(), gpu) !=
                 visible.end();
        });
    if (named.empty() || again) break;
    visible.insert(visible.end(), named.begin(), named.end());
  }
  return visible;
}

}  // namespace tunesmith::worker
