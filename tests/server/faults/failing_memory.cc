#include "tests/server/faults/failing_memory.h"

#include <sqlite3.h>

namespace tunesmith {
namespace {

sqlite3_mem_methods original;
thread_local int countdown = 0;

bool Fails() { return countdown > 0 && --countdown == 0; }

void* Allocate(int bytes) {
  return Fails() ? nullptr : original.xMalloc(bytes);
}

void* Reallocate(void* memory, int bytes) {
  return Fails() ? nullptr : original.xRealloc(memory, bytes);
}

// SQLite takes its settings only before its first use.
bool Install() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original);
  sqlite3_mem_methods failing = original;
  failing.xMalloc = Allocate;
  failing.xRealloc = Reallocate;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK;
}

[[maybe_unused]] const bool installed = Install();

}  // namespace

void FailSqliteAllocation(int n) { countdown = n; }
bool SqliteAllocationFailureIsDue() { return countdown > 0; }

}  // namespace tunesmith
