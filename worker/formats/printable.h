#ifndef TUNESMITH_WORKER_FORMATS_PRINTABLE_H_
#define TUNESMITH_WORKER_FORMATS_PRINTABLE_H_

#include <string>
#include <string_view>

namespace tunesmith::worker {

// A name from a file, fit for a message: its VisibleText, cut after 128 bytes.
std::string Printable(std::string_view name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_PRINTABLE_H_
