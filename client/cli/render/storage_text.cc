#include "client/cli/render/storage_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {
namespace {

using v1::StoredItem;

constexpr TextTable::Align kRight = TextTable::Align::kRight;

std::string KindText(StoredItem::Kind kind) {
  return StoredItem::Kind_IsValid(kind)
             ? absl::AsciiStrToLower(StoredItem::Kind_Name(kind))
             : absl::StrCat(kind);
}

// As a heading over all of them.
std::string KindsText(StoredItem::Kind kind) {
  std::string text = KindText(kind);
  bool is_one = kind == StoredItem::MODEL || kind == StoredItem::DATASET ||
                kind == StoredItem::LEFTOVER;
  return is_one ? text + "s" : text;
}

std::string ResourceText(const StoredItem& item) {
  if (!item.resource().empty()) return item.resource();
  if (!item.path().empty()) return item.path();
  return absl::StrCat("(", KindText(item.kind()), ")");
}

std::string RetentionText(const v1::Storage& storage) {
  std::string text =
      storage.has_checkpoint_retention()
          ? absl::StrCat("checkpoints of an ended job go ",
                         FormatElapsed(storage.checkpoint_retention()),
                         " after its end, where it does not say otherwise\n")
          : "checkpoints of an ended job stay until somebody prunes them\n";
  if (storage.has_job_retention()) {
    absl::StrAppend(&text, "records of jobs go ",
                    FormatElapsed(storage.job_retention()),
                    " after their end\n");
  }
  if (storage.max_ended_jobs() > 0) {
    absl::StrAppend(&text, "the newest ", FormatCount(storage.max_ended_jobs()),
                    " records of ended jobs are kept\n");
  }
  return text;
}

// What lies in quarantine, and what becomes of it.
std::string QuarantineText(const v1::Storage& storage) {
  for (const v1::Storage::Use& use : storage.uses()) {
    if (use.kind() != StoredItem::QUARANTINED || use.count() == 0) continue;
    return absl::StrCat("quarantined files go ",
                        FormatElapsed(storage.quarantine_retention()),
                        " after they were put aside, or with `tunesmith prune "
                        "--delete-quarantined`\n");
  }
  return "";
}

// "in 3d"; "" when it stays.
std::string GoesText(const StoredItem& item, absl::Time now) {
  if (!item.has_expire_time()) return "";
  absl::Duration left = ToTime(item.expire_time()) - now;
  if (left <= absl::ZeroDuration()) return "soon";
  return absl::StrCat("in ", FormatElapsed(left));
}

}  // namespace

std::string RenderStorage(const v1::Storage& storage) {
  TextTable table(
      {{"KIND"}, {"COUNT", kRight}, {"SIZE", kRight}, {"PRUNABLE", kRight}});
  int64_t size = 0;
  int64_t prunable = 0;
  for (const v1::Storage::Use& use : storage.uses()) {
    table.AddRow({KindsText(use.kind()), FormatCount(use.count()),
                  FormatBytes(use.size_bytes()),
                  FormatBytes(use.prunable_bytes())});
    size += use.size_bytes();
    prunable += use.prunable_bytes();
  }
  table.AddRow({"all", "", FormatBytes(size), FormatBytes(prunable)});
  std::string text = table.Render();
  absl::StrAppend(&text, "\ndisk: ", FormatBytes(storage.free_bytes()),
                  " free of ", FormatBytes(storage.capacity_bytes()), "\n",
                  RetentionText(storage), QuarantineText(storage));
  if (prunable > 0) {
    absl::StrAppend(&text, "`tunesmith prune` frees ", FormatBytes(prunable),
                    " now\n");
  }
  return text;
}

std::string RenderStoredItems(const std::vector<StoredItem>& items,
                              absl::Time now) {
  TextTable table({{"NAME"},
                   {"KIND"},
                   {"SIZE", kRight},
                   {"AGE"},
                   {"GOES"},
                   {"STAYS BECAUSE"}});
  for (const StoredItem& item : items) {
    table.AddRow({ResourceText(item), KindText(item.kind()),
                  FormatBytes(item.size_bytes()), FormatAge(item.time(), now),
                  GoesText(item, now), item.kept_because()});
  }
  return table.Render();
}

std::string RenderPruned(const v1::PruneStorageResponse& pruned, int lines,
                         absl::Time now) {
  TextTable table({{"NAME"}, {"KIND"}, {"FREES", kRight}, {"AGE"}});
  const int shown = std::min(lines, pruned.items_size());
  for (int i = 0; i < shown; ++i) {
    const StoredItem& item = pruned.items(i);
    table.AddRow({ResourceText(item), KindText(item.kind()),
                  FormatBytes(item.size_bytes()), FormatAge(item.time(), now)});
  }
  std::string text = table.Render();
  if (pruned.item_count() > shown) {
    absl::StrAppend(&text, "and ", FormatCount(pruned.item_count() - shown),
                    " more\n");
  }
  return text;
}

std::string SummarizePruned(const v1::PruneStorageResponse& pruned) {
  return absl::StrCat(FormatCount(pruned.item_count()),
                      pruned.item_count() == 1 ? " item, " : " items, ",
                      FormatBytes(pruned.freed_bytes()));
}

}  // namespace tunesmith::cli
