#ifndef TUNESMITH_SERVER_API_LISTING_H_
#define TUNESMITH_SERVER_API_LISTING_H_

#include <cstdint>
#include <limits>

#include "server/api/page_token.h"

namespace tunesmith::server {

// Where a listing from newest to oldest begins.
inline constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

// The listing that `request` asks for: all of it but how the pages are cut.
template <typename Request>
Listing ListingOf(const char* method, const Request& request) {
  Request filter = request;
  filter.clear_page_size();
  filter.clear_page_token();
  return {method, filter.SerializeAsString()};
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_LISTING_H_
