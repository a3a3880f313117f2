#ifndef TUNESMITH_TESTS_SERVER_TESTING_TEST_STORE_H_
#define TUNESMITH_TESTS_SERVER_TESTING_TEST_STORE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "server/store/store.h"
#include "tests/server/testing/fake_clock.h"
#include "tests/server/testing/fault_vfs.h"

namespace tunesmith::server {

// A store in memory that runs on the test's own thread: WriteAndWait commits,
// reads and effects run at once.
struct TestStore {
  explicit TestStore(uint64_t seed = 1) : vfs(seed) { Reopen().IgnoreError(); }

  Store::Options options() {
    Store::Options options;
    options.path = "/tunesmith.db";
    options.vfs = vfs.name();
    options.clock = &clock;
    options.readers = &executor;
    options.completions = &executor;
    options.on_fatal = [this](const absl::Status& status) { fatal = status; };
    return options;
  }

  // As a new process would find it.
  absl::Status Reopen() {
    store.reset();
    auto opened = Store::Open(options());
    if (!opened.ok()) return opened.status();
    store = *std::move(opened);
    return absl::OkStatus();
  }

  absl::Status Write(Store::WriteFn write) {
    return store->WriteAndWait(std::move(write));
  }

  FakeClock clock;
  FaultVfs vfs;
  InlineExecutor executor;
  // What on_fatal heard.
  absl::Status fatal;
  std::unique_ptr<Store> store;
};

}  // namespace tunesmith::server

#endif  // TUNESMITH_TESTS_SERVER_TESTING_TEST_STORE_H_
