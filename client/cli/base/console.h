#ifndef TUNESMITH_CLIENT_CLI_BASE_CONSOLE_H_
#define TUNESMITH_CLIENT_CLI_BASE_CONSOLE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "google/protobuf/message.h"

namespace tunesmith::cli {

// Where a command writes. Results go to `out`; remarks about the way there and
// errors to `err`. Callers pass text that is already printable. Not
// thread-safe; the streams outlive it.
class Console {
 public:
  struct Options {
    // Whether `out` is a terminal, so that a line can be overwritten.
    bool terminal = false;
    // Its width.
    size_t columns = 80;
    // Waits for a line of somebody who sits there; nullopt when none comes.
    // Empty where nobody does.
    std::function<std::optional<std::string>()> read_line;
  };

  Console(std::ostream& out, std::ostream& err, const Options& options);

  bool terminal() const { return options_.terminal; }

  // Writes text that ends in "\n" to `out`.
  void Print(const std::string& text);

  // One protobuf JSON object on one line of `out`.
  void PrintJson(const google::protobuf::Message& message);

  // A line to `err`; the line break is added.
  void Note(const std::string& line);

  // Text that ends in "\n" to `err`.
  void PrintError(const std::string& text);

  // Whether somebody can be asked.
  bool can_ask() const { return options_.read_line != nullptr; }

  // Asks on `err` and waits for the answer; anything but yes is no.
  bool Confirm(const std::string& question);

  // Replaces the last line of the terminal, cut to its width, until something
  // else is written. Does nothing without a terminal.
  void ShowLive(const std::string& line);
  void ClearLive();

 private:
  std::ostream& out_;
  std::ostream& err_;
  const Options options_;
  bool live_ = false;
};

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_BASE_CONSOLE_H_
