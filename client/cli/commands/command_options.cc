#include "client/cli/commands/command_options.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::cli {
namespace {

// RFC 3986: all but unreserved characters and the slash become %XX.
std::string PercentEncoded(const std::string& path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (unsigned char c : path) {
    if (absl::ascii_isalnum(c) ||
        std::string("-._~/").find(c) != std::string::npos) {
      encoded += static_cast<char>(c);
    } else {
      encoded += {'%', kDigits[c >> 4], kDigits[c & 15]};
    }
  }
  return encoded;
}

}  // namespace

std::string FullName(std::string_view collection, const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  return absl::StrCat(std::string(collection), "/", name);
}

std::string FileUri(const std::string& path_or_uri) {
  if (absl::StartsWith(path_or_uri, "file://")) return path_or_uri;
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(path_or_uri, error);
  if (error) path = path_or_uri;
  std::string text = path.lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return absl::StrCat("file://", PercentEncoded(text));
}

void AddLimit(CLI::App* command, ListOptions& options) {
  command->add_option("--limit", options.limit, "How many at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

}  // namespace tunesmith::cli
