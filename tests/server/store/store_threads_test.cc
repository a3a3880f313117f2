#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/store.h"
#include "tests/server/store/request_rows.h"

namespace tunesmith::server {
namespace {

// Real files, threads and clocks, as in the server.
class StoreThreadsTest : public testing::Test {
 protected:
  StoreThreadsTest() {
    std::string pattern = testing::TempDir() + "/store-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    Store::Options options;
    options.path = directory_ + "/tunesmith.db";
    options.clock = &SystemClock();
    options.readers = &readers_;
    options.completions = &completions_;
    store_ = *Store::Open(std::move(options));
    writer_ = std::thread([this] {
      while (store_->WaitForWrites()) store_->CommitPending();
    });
  }

  ~StoreThreadsTest() override {
    store_->Stop();
    writer_.join();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string directory_;
  ThreadExecutor readers_{"readers", 2};
  ThreadExecutor completions_{"completions", 1};
  std::unique_ptr<Store> store_;
  std::thread writer_;
};

TEST_F(StoreThreadsTest, WritersAndReadersTogether) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 50;
  std::atomic<int> acknowledged{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        std::string id = absl::StrCat(t, "-", i);
        absl::Status status = store_->WriteAndWait(
            [&](Transaction& tx) { return AddRow(tx, id); });
        if (status.ok()) ++acknowledged;
        // A reader that begins after the acknowledgement sees the row.
        store_->Read([&lost, id](Connection& db) {
          Statement row =
              db.Prepare("SELECT 1 FROM requests WHERE request_id = ?");
          auto found = row.Bind(id).Step();
          if (!found.ok() || !*found) ++lost;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, kThreads * kWrites);
  EXPECT_EQ(Rows(*store_).size(), kThreads * kWrites);
  EXPECT_EQ(lost, 0);
}

TEST_F(StoreThreadsTest, CompletionsComeInTheOrderOfWrites) {
  std::vector<int> order;
  for (int i = 0; i < 500; ++i) {
    store_->Write([](Transaction&) { return absl::OkStatus(); },
                  [&order, i](absl::Status) { order.push_back(i); });
  }
  ASSERT_TRUE(
      store_->WriteAndWait([](Transaction&) { return absl::OkStatus(); }).ok());
  ASSERT_EQ(order.size(), 500);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadExecutorTest, RunsWhatIsQueuedBeforeItEnds) {
  std::vector<int> order;
  {
    ThreadExecutor executor("one", 1);
    for (int i = 0; i < 100; ++i) {
      executor.Run([&order, i] { order.push_back(i); });
    }
  }
  ASSERT_EQ(order.size(), 100);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace tunesmith::server
