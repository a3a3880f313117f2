#ifndef TUNESMITH_WORKER_REPORT_SOFTWARE_H_
#define TUNESMITH_WORKER_REPORT_SOFTWARE_H_

#include <string>
#include <vector>

namespace tunesmith::worker {

// A part of what this program runs on.
struct SoftwareVersion {
  std::string name;
  std::string version;
};

// This release, what it was built with and the operating system.
std::vector<SoftwareVersion> SoftwareVersions();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_SOFTWARE_H_
