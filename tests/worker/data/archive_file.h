#ifndef TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
#define TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tunesmith::worker {

using ArchiveContent = std::vector<std::pair<std::string, std::string>>;

// One member of a tar archive: a header block of type `type`, then the bytes,
// filled up. `size`: the 12 bytes of that field; empty: what is true.
std::string TarMember(const std::string& name, const std::string& bytes,
                      char type = '0', const std::string& size = "");
// ustar, with the two blocks at the end.
std::string TarOf(const ArchiveContent& files);
// Deflated.
std::string ZipOf(const ArchiveContent& files);
// `zip`, empty for none, with one more file: 4 GiB of zeros, which take a few
// megabytes, and are `declared` bytes long as the archive says.
std::string ZipBomb(const std::string& name, uint32_t declared,
                    const std::string& zip = "");

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
