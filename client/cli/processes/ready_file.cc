#include "client/cli/processes/ready_file.h"

#include <fstream>
#include <iterator>

#include "nlohmann/json.hpp"

namespace tunesmith::cli {

std::string ReadyFileJson(const Readiness& readiness) {
  nlohmann::json json = {{"address", readiness.address},
                         {"metrics_port", readiness.metrics_port}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

std::optional<Readiness> ParseReadyFile(std::string_view json) {
  nlohmann::json parsed =
      nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return std::nullopt;
  Readiness readiness;
  auto address = parsed.find("address");
  if (address != parsed.end() && address->is_string()) {
    readiness.address = address->get<std::string>();
  }
  auto port = parsed.find("metrics_port");
  if (port != parsed.end() && port->is_number_integer()) {
    readiness.metrics_port = port->get<int>();
  }
  return readiness;
}

std::optional<Readiness> ReadReadyFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string content((std::istreambuf_iterator<char>(file)),
                      std::istreambuf_iterator<char>());
  return ParseReadyFile(content);
}

}  // namespace tunesmith::cli
