#include "worker/agent/process/devices.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/clock.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/base/utf8.h"
#include "worker/agent/process/child.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxOutputBytes = 1 << 20;

std::string Excerpt(std::string_view text) {
  return ToUtf8(CutAtCharacter(text, 1024));
}

// Reads until the child closes its output; false when that takes too long or
// is too much.
bool ReadAll(int fd, absl::Duration timeout, std::string& text) {
  absl::Duration deadline = SystemClock().Monotonic() + timeout;
  std::array<char, 4096> buffer;
  while (text.size() < kMaxOutputBytes) {
    absl::Duration left = deadline - SystemClock().Monotonic();
    if (left <= absl::ZeroDuration()) return false;
    pollfd ready = {fd, POLLIN, 0};
    poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n == 0) return true;
    if (n > 0) text.append(buffer.data(), n);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<Device>> ParseDevices(std::string_view lines) {
  std::vector<Device> devices;
  std::string_view rest = lines;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    nlohmann::json line =
        nlohmann::json::parse(rest.substr(0, end), nullptr, false);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.is_object() || !line.contains("device") ||
        !line["device"].is_string()) {
      continue;
    }
    Device device;
    device.id = line["device"].get<std::string>();
    if (line.contains("name") && line["name"].is_string()) {
      device.name = line["name"].get<std::string>();
    }
    if (line.contains("memory_bytes") &&
        line["memory_bytes"].is_number_integer()) {
      device.memory_bytes = line["memory_bytes"].get<int64_t>();
    }
    devices.push_back(std::move(device));
  }
  if (devices.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the trainer listed no device, it said: ", Excerpt(lines)));
  }
  return devices;
}

absl::StatusOr<std::vector<Device>> ListDevices(const std::string& trainer,
                                                absl::Duration timeout) {
  TUNESMITH_ASSIGN_OR_RETURN(Child child,
                             StartChild({trainer, "--list-devices"}));
  std::string text;
  bool complete = ReadAll(child.output.get(), timeout, text);
  if (!complete) kill(-child.pid, SIGKILL);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!complete) {
    return absl::DeadlineExceededError(
        absl::StrCat(trainer, " --list-devices gave no answer within ",
                     absl::FormatDuration(timeout)));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(trainer, " --list-devices failed: ", Excerpt(text)));
  }
  return ParseDevices(text);
}

}  // namespace tunesmith::worker
