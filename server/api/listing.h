#ifndef TUNESMITH_SERVER_API_LISTING_H_
#define TUNESMITH_SERVER_API_LISTING_H_

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/repeated_field.h"
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

// Bytes that a page has at most; well below what a client takes by default
// (4 MiB).
inline constexpr size_t kMaxPageBytes = size_t{3} << 20;

// Says where a page ends because it is long enough. Not thread-safe.
class PageBytes {
 public:
  // Whether `item` still fits, and counts it if so. The first one always does:
  // an empty page would be taken for the last.
  bool Take(const google::protobuf::MessageLite& item) {
    // What goes before it: its field's tag and length.
    constexpr size_t kMaxFraming = 8;
    const size_t bytes = item.ByteSizeLong() + kMaxFraming;
    if (bytes_ > 0 && bytes_ + bytes > kMaxPageBytes) return false;
    bytes_ += bytes;
    return true;
  }

 private:
  size_t bytes_ = 0;
};

// Moves messages of rows onto a page; of rows, one more than `limit` was asked
// for. Returns the next page's token, "" when this one is the last.
template <typename Row, typename Item>
std::string FillPage(std::vector<Row>& rows, int limit, const Listing& listing,
                     Item Row::*item,
                     google::protobuf::RepeatedPtrField<Item>* page) {
  PageBytes bytes;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == static_cast<size_t>(limit) || !bytes.Take(rows[i].*item)) {
      return MakePageToken(listing, absl::StrCat(rows[i - 1].number));
    }
    *page->Add() = std::move(rows[i].*item);
  }
  return "";
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_LISTING_H_
