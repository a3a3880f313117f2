#ifndef TUNESMITH_SERVER_API_LISTING_H_
#define TUNESMITH_SERVER_API_LISTING_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

// Bytes after which a page ends early; well below what a client takes by
// default (4 MiB).
inline constexpr size_t kMaxPageBytes = size_t{2} << 20;

// Fills a page with rows, of which one more than `limit` was asked for. `take`
// moves a row's message into the response and returns it there. Returns the
// next page's token, "" when this one is the last.
template <typename Row, typename Take>
std::string FillPage(std::vector<Row>& rows, int limit, const Listing& listing,
                     Take take) {
  size_t bytes = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == static_cast<size_t>(limit) || bytes > kMaxPageBytes) {
      return MakePageToken(listing, absl::StrCat(rows[i - 1].number));
    }
    bytes += take(rows[i]).ByteSizeLong();
  }
  return "";
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_LISTING_H_
