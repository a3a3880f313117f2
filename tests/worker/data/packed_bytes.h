#ifndef TUNESMITH_TESTS_WORKER_DATA_PACKED_BYTES_H_
#define TUNESMITH_TESTS_WORKER_DATA_PACKED_BYTES_H_

#include <string>
#include <string_view>

namespace tunesmith::worker {

// As the programs gzip and zstd pack.
std::string GzipOf(std::string_view bytes);
std::string ZstdOf(std::string_view bytes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_DATA_PACKED_BYTES_H_
