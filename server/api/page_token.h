#ifndef TUNESMITH_SERVER_API_PAGE_TOKEN_H_
#define TUNESMITH_SERVER_API_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tunesmith::server {

// What a page token belongs to: a method and everything in the request that
// decides what is listed. A token is good for its listing alone.
struct Listing {
  std::string_view method;
  // The request without page size and token, serialized.
  std::string filter;
};

// Text that clients hand back unread: `cursor` with a checksum over listing and
// cursor. The checksum finds tokens that were cut, changed or taken from
// another listing; it keeps no secret, as a cursor opens nothing that the
// listing itself does not show.
std::string MakePageToken(const Listing& listing, std::string_view cursor);

// The cursor. INVALID_ARGUMENT (BAD_PAGE_TOKEN).
absl::StatusOr<std::string> ParsePageToken(const Listing& listing,
                                           std::string_view token);

// ParsePageToken for cursors that are numbers; `first` for an empty token.
absl::StatusOr<int64_t> ParseNumberToken(const Listing& listing,
                                         std::string_view token, int64_t first);

// INVALID_ARGUMENT (BAD_PAGE_TOKEN).
absl::Status BadPageTokenError();

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_PAGE_TOKEN_H_
