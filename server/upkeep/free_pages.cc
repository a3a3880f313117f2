#include "server/upkeep/free_pages.h"

#include <cstdint>

#include "proto/contract/base/status_macros.h"

namespace tunesmith::server {
namespace {

// Less is not worth the writes: new rows will fill it.
constexpr int64_t kFewPages = 1000;
constexpr int64_t kIncremental = 2;

absl::StatusOr<int64_t> ReadPragma(Connection& db, const char* sql) {
  Statement statement = db.Prepare(sql);
  TUNESMITH_RETURN_IF_ERROR(statement.Step().status());
  return statement.Int(0);
}

struct Pages {
  int64_t all = 0;
  int64_t free = 0;
  bool can_shrink = false;
};

absl::StatusOr<Pages> ReadPages(Connection& db) {
  Pages pages;
  TUNESMITH_ASSIGN_OR_RETURN(pages.all, ReadPragma(db, "PRAGMA page_count"));
  TUNESMITH_ASSIGN_OR_RETURN(pages.free,
                             ReadPragma(db, "PRAGMA freelist_count"));
  TUNESMITH_ASSIGN_OR_RETURN(int64_t mode,
                             ReadPragma(db, "PRAGMA auto_vacuum"));
  pages.can_shrink = mode == kIncremental;
  return pages;
}

}  // namespace

absl::Status GiveBackFreePages(Store& store,
                               const std::function<bool()>& should_stop) {
  bool has_begun = false;
  while (!should_stop()) {
    absl::StatusOr<Pages> pages;
    store.ReadNow([&pages](Connection& db) { pages = ReadPages(db); });
    TUNESMITH_RETURN_IF_ERROR(pages.status());
    // Once begun, down to a tenth, so that it does not begin again at once.
    const int64_t share = has_begun ? 10 : 5;
    if (!pages->can_shrink || pages->free < kFewPages ||
        pages->free * share < pages->all) {
      break;
    }
    has_begun = true;
    TUNESMITH_RETURN_IF_ERROR(store.WriteAndWait([](Transaction& tx) {
      return tx.db().Execute("PRAGMA incremental_vacuum(250)");
    }));
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::server
