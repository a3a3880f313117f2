#include "client/cli/base/console.h"

#include "absl/strings/ascii.h"
#include "client/cli/render/printable.h"
#include "google/protobuf/util/json_util.h"

namespace tunesmith::cli {

Console::Console(std::ostream& out, std::ostream& err, const Options& options)
    : out_(out), err_(err), options_(options) {}

void Console::Print(const std::string& text) {
  ClearLive();
  out_ << text << std::flush;
}

void Console::PrintJson(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    PrintError("error: an answer cannot be written as JSON\n");
    return;
  }
  Print(json + "\n");
}

void Console::Note(const std::string& line) { PrintError(line + "\n"); }

void Console::PrintError(const std::string& text) {
  ClearLive();
  err_ << text << std::flush;
}

bool Console::Confirm(const std::string& question) {
  if (!can_ask()) return false;
  PrintError(question + " [y/N] ");
  std::string answer = options_.read_line().value_or("");
  absl::StripAsciiWhitespace(&answer);
  absl::AsciiStrToLower(&answer);
  return answer == "y" || answer == "yes";
}

void Console::ShowLive(const std::string& line) {
  if (!options_.terminal) return;
  // The last column stays free: some terminals wrap as soon as it is used.
  out_ << "\r\x1b[K" << Shorten(line, options_.columns - 1) << std::flush;
  live_ = true;
}

void Console::ClearLive() {
  if (!live_) return;
  out_ << "\r\x1b[K" << std::flush;
  live_ = false;
}

}  // namespace tunesmith::cli
