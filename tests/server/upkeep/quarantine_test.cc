// Files that nothing refers to: put aside, shown, and gone after their time.
#include "server/upkeep/quarantine.h"

#include "tests/server/upkeep/upkeep_rig.h"

namespace tunesmith::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

namespace fs = std::filesystem;

using QuarantineTest = UpkeepTest;

TEST_F(QuarantineTest, WhatIsPutAsideKeepsItsFilesAndSaysWhatItIs) {
  WriteArtifact("gone/1", 7);
  WriteArtifact("gone/2", 8);
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  ASSERT_TRUE(quarantine_->Add("gone/1", "a test", now).ok());
  ASSERT_TRUE(quarantine_->Add("gone/2", "another", now).ok());
  EXPECT_FALSE(fs::exists(base_ + "/artifacts/gone"));
  auto entries = Quarantined();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].name, "20231114T221320Z-0");
  EXPECT_EQ(entries[0].origin, "artifacts/gone/1");
  EXPECT_EQ(entries[0].reason, "a test");
  EXPECT_EQ(entries[0].time, now);
  EXPECT_EQ(entries[0].size_bytes, 7);
  EXPECT_TRUE(fs::exists(quarantine_path() + "/" + entries[0].name +
                         "/artifacts/gone/1/tensors"));
  ASSERT_TRUE(quarantine_->Delete(entries[0].name).ok());
  ASSERT_THAT(Quarantined(), SizeIs(1));
  EXPECT_EQ(Quarantined()[0].reason, "another");
}

TEST_F(QuarantineTest, AnArtifactThatCannotBeMovedLeavesNoEntry) {
  EXPECT_FALSE(quarantine_->Add("gone/1", "a test", absl::Now()).ok());
  EXPECT_THAT(Quarantined(), IsEmpty());
}

TEST_F(QuarantineTest, AnEntryWithoutItsNoteHasTheTimeOfItsDirectory) {
  WriteArtifact("gone/1", 7);
  ASSERT_TRUE(quarantine_->Add("gone/1", "a test", absl::UnixEpoch()).ok());
  std::string name = Quarantined()[0].name;
  fs::remove(quarantine_path() + "/" + name + "/note.json");
  ASSERT_THAT(Quarantined(), SizeIs(1));
  EXPECT_GT(Quarantined()[0].time, absl::UnixEpoch() + absl::Hours(1));
  EXPECT_EQ(Quarantined()[0].size_bytes, 7);
}

TEST_F(QuarantineTest, ALeftoverIsDeletedOnlyAfterItsTimeInQuarantine) {
  WriteArtifact("gone/1", 7);
  Sweep();
  plane_.store.clock.Advance(kQuarantineRetention - absl::Seconds(1));
  EXPECT_THAT(Sweep().items, IsEmpty());
  auto shown = Stored(v1::StoredItem::QUARANTINED)[""];
  EXPECT_EQ(shown.size_bytes(), 7);
  EXPECT_THAT(shown.path(), HasSubstr("quarantine/20231114T"));
  EXPECT_THAT(shown.path(), HasSubstr("-0/artifacts/gone/1"));
  EXPECT_EQ(shown.expire_time().seconds() - shown.time().seconds(),
            absl::ToInt64Seconds(kQuarantineRetention));
  plane_.store.clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Sweep().freed_bytes, 7);
  EXPECT_THAT(Quarantined(), IsEmpty());
  EXPECT_THAT(freed_, ElementsAre(Pair("leftover", 7)));
}

TEST_F(QuarantineTest, APruneDeletesWhatIsThereOnlyWhenItSaysSo) {
  WriteArtifact("gone/1", 7);
  Sweep();
  WriteArtifact("gone/2", 5);
  plane_.store.clock.Advance(10 * kQuarantineRetention);
  PruneResult put_aside = PruneAll();
  ASSERT_THAT(put_aside.items, SizeIs(1));
  EXPECT_EQ(put_aside.freed_bytes, 0);
  EXPECT_THAT(Quarantined(), SizeIs(2));
  WriteArtifact("gone/3", 3);
  PruneRequest request;
  request.older_than = absl::ZeroDuration();
  request.delete_quarantined = true;
  request.validate_only = true;
  EXPECT_EQ(Prune(request).freed_bytes, 15);
  EXPECT_THAT(Quarantined(), SizeIs(2));
  EXPECT_TRUE(Exists("gone/3"));
  EXPECT_EQ(DeleteQuarantined().freed_bytes, 15);
  EXPECT_THAT(Quarantined(), IsEmpty());
  EXPECT_FALSE(Exists("gone/3"));
}

TEST_F(QuarantineTest, TheFirstStartOfANewDatabaseLeavesEverythingWhereItIs) {
  MakeKeeper(kRetention, /*leaves_leftovers=*/true);
  WriteArtifact("known-elsewhere/1", 7);
  EXPECT_THAT(Sweep().items, IsEmpty());
  EXPECT_TRUE(Exists("known-elsewhere/1"));
  // Somebody who asks means it.
  EXPECT_THAT(PruneAll().items, SizeIs(1));
}

TEST_F(QuarantineTest, ManyArtifactsAreLookedAtSomeAtATime) {
  std::vector<std::string> kept = AddEndedJob("a");
  // Without the syncs of the store.
  for (int i = 0; i < 600; ++i) {
    fs::create_directories(absl::StrCat(base_, "/artifacts/gone/", i));
    fs::create_directories(absl::StrCat(base_, "/artifacts/g", i, "/0"));
  }
  size_t largest = 0;
  size_t found = 0;
  ASSERT_TRUE(VisitLeftovers({.store = plane_.store.store.get(),
                              .artifacts = artifacts_.get(),
                              .drafts = &drafts_},
                             [&](const std::vector<std::string>& keys) {
                               largest = std::max(largest, keys.size());
                               found += keys.size();
                               return absl::OkStatus();
                             })
                  .ok());
  EXPECT_EQ(found, 1200u);
  EXPECT_LT(largest, 900u);
  for (const std::string& key : kept) EXPECT_TRUE(Exists(key));
}

TEST_F(QuarantineTest, TotalsAreWhatTheSurveyAddsUpTo) {
  AddEndedJob("a");
  Fork("jobs/a/checkpoints/20", "b");
  WriteArtifact("gone/1", 7);
  Sweep();
  WriteArtifact("gone/2", 5);
  EXPECT_THAT(keeper_->totals(), IsEmpty());
  keeper_->RefreshTotals();
  std::map<v1::StoredItem::Kind, int64_t> surveyed;
  for (const SurveyedItem& item : Survey()) {
    surveyed[item.item.kind()] += item.item.size_bytes();
  }
  for (const auto& [kind, bytes] : keeper_->totals()) {
    EXPECT_EQ(bytes, surveyed[kind]) << v1::StoredItem::Kind_Name(kind);
  }
  EXPECT_EQ(keeper_->totals()[v1::StoredItem::QUARANTINED], 7);
  EXPECT_EQ(keeper_->totals()[v1::StoredItem::LEFTOVER], 5);
  EXPECT_EQ(keeper_->totals()[v1::StoredItem::CHECKPOINTS], 300);
}

}  // namespace
}  // namespace tunesmith::server
