#ifndef TUNESMITH_CLIENT_CLI_RENDER_STORAGE_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_STORAGE_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tunesmith/v1/storage.pb.h"
#include "tunesmith/v1/storage_service.pb.h"

namespace tunesmith::cli {

// What takes the room, by kind, and how much the disk has left.
std::string RenderStorage(const v1::Storage& storage);

// The items in their order, one line each.
std::string RenderStoredItems(const std::vector<v1::StoredItem>& items,
                              absl::Time now);

// What a prune deletes, at most so many lines.
std::string RenderPruned(const v1::PruneStorageResponse& pruned, int lines,
                         absl::Time now);

// "3 items, 1.2 GiB".
std::string SummarizePruned(const v1::PruneStorageResponse& pruned);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_STORAGE_TEXT_H_
