// What takes the server's room, and how a user gives it back.
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using v1::StoredItem;

StoredItem Item(StoredItem::Kind kind, const std::string& resource,
                int64_t size_bytes, const std::string& kept_because = "") {
  StoredItem item;
  item.set_kind(kind);
  item.set_resource(resource);
  item.set_size_bytes(size_bytes);
  item.set_kept_because(kept_because);
  return item;
}

class StorageCommandsTest : public CommandLineTest {
 protected:
  StorageCommandsTest() {
    server_.storage.get = [](const auto&, v1::Storage& storage) {
      v1::Storage::Use& models = *storage.add_uses();
      models.set_kind(StoredItem::MODEL);
      models.set_count(3);
      models.set_size_bytes(3 << 20);
      v1::Storage::Use& checkpoints = *storage.add_uses();
      checkpoints.set_kind(StoredItem::CHECKPOINTS);
      checkpoints.set_count(2);
      checkpoints.set_size_bytes(9 << 20);
      checkpoints.set_prunable_bytes(5 << 20);
      storage.set_free_bytes(int64_t{10} << 30);
      storage.set_capacity_bytes(int64_t{100} << 30);
      storage.mutable_checkpoint_retention()->set_seconds(7 * 86400);
      return absl::OkStatus();
    };
    server_.storage.list = [this](const v1::ListStoredItemsRequest& request,
                                  v1::ListStoredItemsResponse& response) {
      for (const StoredItem& item : stored_) {
        if (request.kind() == StoredItem::KIND_UNSPECIFIED ||
            request.kind() == item.kind()) {
          *response.add_items() = item;
        }
      }
      return absl::OkStatus();
    };
    server_.storage.prune = [this](const v1::PruneStorageRequest& request,
                                   v1::PruneStorageResponse& response) {
      prunes_.push_back(request);
      for (const StoredItem& item : goes_) {
        *response.add_items() = item;
        response.set_freed_bytes(response.freed_bytes() + item.size_bytes());
      }
      response.set_item_count(static_cast<int64_t>(goes_.size()));
      return absl::OkStatus();
    };
  }

  // Whether something was deleted.
  bool pruned() const {
    return !prunes_.empty() && !prunes_.back().validate_only();
  }

  std::vector<StoredItem> stored_ = {
      Item(StoredItem::CHECKPOINTS, "jobs/done", 5 << 20),
      Item(StoredItem::CHECKPOINTS, "jobs/runs", 4 << 20,
           "the job has not ended\x1b[2J"),
      Item(StoredItem::DATABASE, "", 1 << 20, "it holds everything")};
  std::vector<StoredItem> goes_ = {stored_[0],
                                   Item(StoredItem::LEFTOVER, "", 2048)};
  std::vector<v1::PruneStorageRequest> prunes_;
};

TEST_F(StorageCommandsTest, StorageShowsKindsDiskAndTheLargest) {
  EXPECT_EQ(Run({"storage"}), 0) << err();
  EXPECT_THAT(out(),
              AllOf(HasSubstr("models           3   3.0 MiB       0 B\n"),
                    HasSubstr("checkpoints      2   9.0 MiB   5.0 MiB\n"),
                    HasSubstr("all                 12.0 MiB   5.0 MiB\n"),
                    HasSubstr("disk: 10.0 GiB free of 100.0 GiB"),
                    HasSubstr("go 7d after its end"),
                    HasSubstr("`tunesmith prune` frees 5.0 MiB now")));
  EXPECT_THAT(
      out(), AllOf(HasSubstr("jobs/done"), HasSubstr("(database)"),
                   HasSubstr("the job has not ended"), Not(HasSubstr("\x1b"))));
}

TEST_F(StorageCommandsTest, WhatIsQuarantinedIsShownWithItsPlaceAndItsEnd) {
  server_.storage.get = [](const auto&, v1::Storage& storage) {
    v1::Storage::Use& use = *storage.add_uses();
    use.set_kind(StoredItem::QUARANTINED);
    use.set_count(1);
    use.set_size_bytes(2048);
    storage.mutable_quarantine_retention()->set_seconds(3 * 86400);
    storage.mutable_job_retention()->set_seconds(30 * 86400);
    storage.set_max_ended_jobs(1000);
    return absl::OkStatus();
  };
  stored_ = {Item(StoredItem::QUARANTINED, "", 2048)};
  stored_[0].set_path("quarantine/20260131T120000Z-0/artifacts/u/1");
  EXPECT_EQ(Run({"storage"}), 0) << err();
  EXPECT_THAT(
      out(),
      AllOf(HasSubstr("quarantine/20260131T120000Z-0/artifacts/u/1"),
            HasSubstr("quarantined files go 3d after they were put aside"),
            HasSubstr("--delete-quarantined"),
            HasSubstr("records of jobs go 30d after their end"),
            HasSubstr("the newest 1,000 records of ended jobs are kept")));
}

TEST_F(StorageCommandsTest, OnlyAFlagDeletesWhatIsQuarantined) {
  EXPECT_EQ(Run({"prune", "--yes"}), 0) << err();
  EXPECT_FALSE(prunes_.back().delete_quarantined());
  EXPECT_EQ(Run({"prune", "--yes", "--delete-quarantined"}), 0) << err();
  EXPECT_TRUE(prunes_.back().delete_quarantined());
  EXPECT_TRUE(pruned());
}

TEST_F(StorageCommandsTest, StorageAsJsonIsOneObjectALine) {
  EXPECT_EQ(Run({"storage", "--json"}), 0) << err();
  std::istringstream lines(out());
  std::string line;
  std::getline(lines, line);
  v1::Storage storage;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &storage).ok());
  EXPECT_EQ(storage.uses_size(), 2);
  int items = 0;
  while (std::getline(lines, line)) {
    StoredItem item;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &item).ok());
    ++items;
  }
  EXPECT_EQ(items, 3);
}

TEST_F(StorageCommandsTest, ADryRunSaysWhatGoesAndWhatStaysAndWhy) {
  EXPECT_EQ(Run({"prune", "--dry-run", "--older-than", "7d"}), 0) << err();
  ASSERT_THAT(prunes_, SizeIs(1));
  EXPECT_TRUE(prunes_[0].validate_only());
  EXPECT_EQ(prunes_[0].older_than().seconds(), 7 * 86400);
  EXPECT_THAT(out(), AllOf(HasSubstr("jobs/done"), HasSubstr("(leftover)"),
                           Not(HasSubstr("jobs/runs"))));
  EXPECT_THAT(
      err(),
      AllOf(HasSubstr("kept: jobs/runs (4.0 MiB): the job has not ended"),
            HasSubstr("this deletes 2 items, 5.0 MiB"),
            Not(HasSubstr("kept: jobs/done"))));
}

TEST_F(StorageCommandsTest, AJobThatIsTooYoungIsKeptForThat) {
  goes_.clear();
  EXPECT_EQ(Run({"prune", "--older-than", "12h", "--yes"}), 0) << err();
  EXPECT_THAT(err(),
              AllOf(HasSubstr("nothing to delete"),
                    HasSubstr("jobs/done (5.0 MiB): it ended less than 12h "
                              "ago")));
  EXPECT_FALSE(pruned());
}

TEST_F(StorageCommandsTest, PruneAsksAndTakesOnlyAYes) {
  answer_ = "no";
  EXPECT_EQ(Run({"prune"}), 0);
  EXPECT_THAT(err(), AllOf(HasSubstr("delete 2 items, 5.0 MiB? [y/N]"),
                           HasSubstr("nothing was deleted")));
  EXPECT_FALSE(pruned());
  answer_ = "";
  EXPECT_EQ(Run({"prune"}), 0);
  EXPECT_FALSE(pruned());
  answer_ = " Yes";
  EXPECT_EQ(Run({"prune"}), 0);
  EXPECT_TRUE(pruned());
  EXPECT_THAT(err(), HasSubstr("deleted 2 items, 5.0 MiB"));
}

TEST_F(StorageCommandsTest, WithoutATerminalItHasToBeSaidBeforehand) {
  EXPECT_EQ(Run({"prune"}), 2);
  EXPECT_THAT(err(), HasSubstr("--yes"));
  EXPECT_FALSE(pruned());
  EXPECT_EQ(Run({"prune", "--yes"}), 0);
  EXPECT_TRUE(pruned());
}

TEST_F(StorageCommandsTest, PruneAsJsonIsWhatWent) {
  EXPECT_EQ(Run({"prune", "--yes", "--json"}), 0);
  v1::PruneStorageResponse response;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(out(), &response).ok());
  EXPECT_EQ(response.item_count(), 2);
  EXPECT_TRUE(pruned());
}

TEST_F(StorageCommandsTest, ABadDurationIsRefusedBeforeAnyCall) {
  EXPECT_EQ(Run({"prune", "--older-than", "week"}), 2);
  EXPECT_THAT(err(), HasSubstr("7d"));
  EXPECT_THAT(prunes_, IsEmpty());
}

}  // namespace
}  // namespace tunesmith::cli
