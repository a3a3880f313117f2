#ifndef TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
#define TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tunesmith::worker {

using ArchiveContent = std::vector<std::pair<std::string, std::string>>;

// One member of a tar archive: a header block of type `type`, then the bytes,
// filled up. `size`: the 12 bytes of that field; empty: what is true. `link`:
// what a link leads to.
std::string TarMember(const std::string& name, const std::string& bytes,
                      char type = '0', const std::string& size = "",
                      const std::string& link = "");
// ustar, with the two blocks at the end.
std::string TarOf(const ArchiveContent& files);
// Deflated.
std::string ZipOf(const ArchiveContent& files);
// Not compressed, with the names as they stand. `method`: what the zip says of
// how its files are compressed; `flags`: 1 says that they are encrypted;
// `mode`: of Unix, whose links are 0120777.
struct ZipFacts {
  uint16_t method = 0;
  uint16_t flags = 0;
  uint32_t mode = 0100644;
};
std::string RawZipOf(const ArchiveContent& files, const ZipFacts& facts = {});
// `zip`, empty for none, with one more file: 4 GiB of zeros, which take a few
// megabytes, and are `declared` bytes long as the archive says.
std::string ZipBomb(const std::string& name, uint32_t declared,
                    const std::string& zip = "");

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DATA_ARCHIVE_FILE_H_
