#include "server/api/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/error.h"

namespace tunesmith::server {
namespace {

constexpr size_t kChecksumDigits = 16;
constexpr size_t kMaxTokenBytes = 1024;

std::string Checksum(const Listing& listing, std::string_view cursor) {
  // Lengths keep neighbouring parts apart.
  std::string text =
      absl::StrCat(listing.method.size(), ":", std::string(listing.method),
                   listing.filter.size(), ":", listing.filter);
  text += cursor;
  return Sha256Hex(text).substr(0, kChecksumDigits);
}

}  // namespace

absl::Status BadPageTokenError() {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   v1::ERROR_REASON_BAD_PAGE_TOKEN,
                   "page_token: not issued by this method for this request "
                   "(leave it empty to begin again)");
}

std::string MakePageToken(const Listing& listing, std::string_view cursor) {
  std::string content = Checksum(listing, cursor);
  content += cursor;
  return absl::WebSafeBase64Escape(content);
}

absl::StatusOr<std::string> ParsePageToken(const Listing& listing,
                                           std::string_view token) {
  std::string content;
  if (token.size() > kMaxTokenBytes ||
      !absl::WebSafeBase64Unescape(
          absl::string_view(token.data(), token.size()), &content) ||
      content.size() < kChecksumDigits) {
    return BadPageTokenError();
  }
  std::string cursor = content.substr(kChecksumDigits);
  // The decoder takes more than one spelling of the same bytes.
  if (MakePageToken(listing, cursor) != token) return BadPageTokenError();
  return cursor;
}

absl::StatusOr<int64_t> ParseNumberToken(const Listing& listing,
                                         std::string_view token,
                                         int64_t first) {
  if (token.empty()) return first;
  TUNESMITH_ASSIGN_OR_RETURN(std::string cursor,
                             ParsePageToken(listing, token));
  int64_t number = 0;
  if (!absl::SimpleAtoi(cursor, &number) || number < 0)
    return BadPageTokenError();
  return number;
}

}  // namespace tunesmith::server
