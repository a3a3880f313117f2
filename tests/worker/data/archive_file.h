#ifndef TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
#define TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_

#include <string>
#include <utility>
#include <vector>

namespace tunesmith::worker {

using ArchiveContent = std::vector<std::pair<std::string, std::string>>;

// One member of a tar archive: a header block of type `type`, then the bytes,
// filled up.
std::string TarMember(const std::string& name, const std::string& bytes,
                      char type = '0');
// ustar, with the two blocks at the end.
std::string TarOf(const ArchiveContent& files);
// Deflated.
std::string ZipOf(const ArchiveContent& files);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
