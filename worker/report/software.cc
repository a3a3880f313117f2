#include "worker/report/software.h"

#include <sys/utsname.h>

namespace tunesmith::worker {

std::vector<SoftwareVersion> SoftwareVersions() {
  std::vector<SoftwareVersion> versions = {{"tunesmith", TUNESMITH_VERSION},
                                           {"compiler", __VERSION__},
                                           {"torch", TUNESMITH_TORCH_VERSION}};
  utsname system;
  if (uname(&system) == 0) {
    versions.push_back({"system", system.sysname});
    versions.push_back({"kernel", system.release});
    versions.push_back({"machine", system.machine});
  }
  return versions;
}

}  // namespace tunesmith::worker
