#include "server/lifecycle/catalog_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "proto/contract/error.h"
#include "server/lifecycle/dataset_format.h"
#include "tests/server/lifecycle/lifecycle_fixture.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CatalogCommandsTest : public testing::Test {
 protected:
  absl::Status DeleteTheDataset() {
    return plane_.Run([&](Transaction& tx) {
      return DeleteDataset(tx, plane_.context, TestControlPlane::kTenant,
                           "train");
    });
  }
  absl::Status DeleteTheModel() {
    return plane_.Run([&](Transaction& tx) {
      return DeleteModel(tx, plane_.context, TestControlPlane::kTenant, "bert");
    });
  }
  // Under an id that may be taken.
  absl::StatusOr<v1::Model> ImportAgain(const std::string& id,
                                        const std::string& uid = "second") {
    NewModel model;
    model.id = id;
    model.uid = uid;
    model.artifact.set_key(uid + "/1");
    return plane_.Run([&](Transaction& tx) {
      return ImportModel(tx, plane_.context, TestControlPlane::kTenant, model);
    });
  }
  absl::StatusOr<v1::Dataset> UploadAgain(const std::string& id) {
    NewDataset dataset;
    dataset.id = id;
    dataset.uid = "second";
    dataset.file_name = "again.csv";
    dataset.artifact.set_key("second/1");
    return plane_.Run([&](Transaction& tx) {
      return CreateDataset(tx, plane_.context, TestControlPlane::kTenant,
                           dataset);
    });
  }
  static internal::v1::WorkEvent FindingEvent(int64_t sequence,
                                              const std::string& message) {
    internal::v1::WorkEvent event;
    event.set_sequence(sequence);
    event.mutable_finding()->set_message(message);
    return event;
  }
  std::vector<std::string> Findings() {
    auto findings = plane_.Ask([](Connection& db) {
      return DatasetCatalog::ListFindings(db, TestControlPlane::kTenant,
                                          "dataset-uid-train", 0, 100);
    });
    std::vector<std::string> messages;
    for (const v1::Finding& finding : *findings) {
      messages.push_back(finding.message());
    }
    return messages;
  }

  TestControlPlane plane_;
};

TEST_F(CatalogCommandsTest, ADatasetIsInspected) {
  auto created = plane_.Upload("train");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), v1::Dataset::INSPECTING);
  EXPECT_EQ(created->format().kind(), v1::DatasetFormat::CSV);
  EXPECT_EQ(created->format().delimiter(), ",");
  EXPECT_TRUE(created->format().header());
  // It is no training and gets no such slot.
  EXPECT_FALSE(plane_.Lease(v1::Slot::TRAINING).has_value());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  EXPECT_EQ(row.item.inspect().dataset().file_name(), "train.csv");
  ASSERT_TRUE(
      plane_
          .Report(row.lease(), {FindingEvent(1, "x"),
                                InspectedEvent(2, SampleDataset("", {}))})
          .ok());
  v1::Dataset dataset = plane_.Dataset("train");
  EXPECT_EQ(dataset.state(), v1::Dataset::READY);
  EXPECT_EQ(dataset.name(), "datasets/train");
  EXPECT_TRUE(dataset.has_inspect_time());
  EXPECT_THAT(dataset.columns(), SizeIs(2));
  EXPECT_THAT(Findings(), ElementsAre("x"));
}

TEST_F(CatalogCommandsTest, ARepeatedInspectionForgetsTheFirstOnesFindings) {
  ASSERT_TRUE(plane_.Upload("train").ok());
  WorkRow first = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_.Report(first.lease(), {FindingEvent(1, "x")}).ok());
  EXPECT_EQ(plane_.Dataset("train").finding_count(), 1);
  ASSERT_TRUE(plane_.Expire(first.lease()).ok());
  EXPECT_EQ(plane_.Dataset("train").state(), v1::Dataset::INSPECTING);
  plane_.store.clock.Advance(absl::Minutes(1));
  WorkRow second = plane_.Lease(v1::Slot::AUXILIARY).value();
  EXPECT_THAT(Findings(), IsEmpty());
  ASSERT_TRUE(plane_.Report(second.lease(), {FindingEvent(1, "x")}).ok());
  EXPECT_THAT(Findings(), ElementsAre("x"));
}

TEST_F(CatalogCommandsTest, AnUnreadableFileFails) {
  ASSERT_TRUE(plane_.Upload("train").ok());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_EMPTY_DATASET, false)})
          .ok());
  EXPECT_EQ(plane_.Dataset("train").state(), v1::Dataset::FAILED);
  EXPECT_EQ(ErrorReasonOf(FromRpcStatus(plane_.Dataset("train").error())),
            v1::ERROR_REASON_EMPTY_DATASET);
}

TEST_F(CatalogCommandsTest, AModelIsImportedWithItsNotes) {
  ASSERT_TRUE(plane_.Import("bert").ok());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_
                  .Report(row.lease(),
                          {FindingEvent(1, "ignored: cls"), ImportedEvent(2)})
                  .ok());
  auto model = plane_.FindModel("bert");
  EXPECT_EQ(model->model.state(), v1::Model::READY);
  EXPECT_EQ(model->model.family(), "bert");
  EXPECT_EQ(model->model.name(), "models/bert");
  EXPECT_EQ(model->model.digest(), "abc");
  EXPECT_THAT(model->model.notes(), ElementsAre("ignored: cls"));
  EXPECT_THAT(model->facts.parameters(), SizeIs(6));
}

TEST_F(CatalogCommandsTest, AModelThatFailedGivesItsNameUp) {
  const std::string failed = plane_.Import("m").value().uid();
  // Under way, it holds its name.
  EXPECT_EQ(ErrorReasonOf(ImportAgain("m").status()),
            v1::ERROR_REASON_RESOURCE_EXISTS);
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_CORRUPT_WEIGHTS, false)})
          .ok());
  ASSERT_EQ(plane_.FindModel("m")->model.state(), v1::Model::FAILED);
  v1::Model again = ImportAgain("m").value();
  EXPECT_EQ(again.name(), "models/m");
  EXPECT_EQ(again.state(), v1::Model::IMPORTING);
  EXPECT_NE(again.uid(), failed);
  EXPECT_EQ(plane_.FindModel("m")->model.uid(), again.uid());
  EXPECT_THAT(plane_.observer.released, ElementsAre(failed + "/1"));
  // The new one's work is there, and ends it well.
  row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_.Report(row.lease(), {ImportedEvent(1)}).ok());
  EXPECT_EQ(plane_.FindModel("m")->model.state(), v1::Model::READY);
  EXPECT_EQ(ErrorReasonOf(ImportAgain("m", "third").status()),
            v1::ERROR_REASON_RESOURCE_EXISTS);
}

TEST_F(CatalogCommandsTest, ADatasetThatFailedGivesItsNameUp) {
  const std::string failed = plane_.Upload("d").value().uid();
  EXPECT_EQ(ErrorReasonOf(UploadAgain("d").status()),
            v1::ERROR_REASON_RESOURCE_EXISTS);
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {FailureEvent(1, v1::ERROR_REASON_EMPTY_DATASET, false)})
          .ok());
  v1::Dataset again = UploadAgain("d").value();
  EXPECT_NE(again.uid(), failed);
  EXPECT_EQ(plane_.Dataset("d").uid(), again.uid());
  EXPECT_EQ(plane_.Dataset("d").state(), v1::Dataset::INSPECTING);
  EXPECT_THAT(plane_.observer.released, ElementsAre(failed + "/1"));
}

TEST_F(CatalogCommandsTest, WhatALiveJobUsesIsNotDeleted) {
  plane_.AddInputs();
  ASSERT_TRUE(plane_.Create(JobRequest("a")).ok());
  EXPECT_EQ(ErrorReasonOf(DeleteTheDataset()),
            v1::ERROR_REASON_RESOURCE_IN_USE);
  EXPECT_THAT(std::string(DeleteTheModel().message()), HasSubstr("jobs/a"));
  ASSERT_TRUE(plane_.Cancel("a").ok());
  EXPECT_TRUE(DeleteTheDataset().ok());
  EXPECT_TRUE(DeleteTheModel().ok());
  EXPECT_THAT(plane_.observer.released,
              ElementsAre("dataset-uid-train/1", "model-uid-bert/1"));
}

TEST_F(CatalogCommandsTest, DeletionEndsAnInspection) {
  ASSERT_TRUE(plane_.Upload("train").ok());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  plane_.observer.workers.clear();
  ASSERT_TRUE(DeleteTheDataset().ok());
  EXPECT_THAT(plane_.observer.workers, ElementsAre("w1"));
  EXPECT_FALSE(plane_.leases.NextDeadline().has_value());
  EXPECT_EQ(ErrorReasonOf(
                plane_.Report(row.lease(), {FindingEvent(1, "x")}).status()),
            v1::ERROR_REASON_FENCED);
}

TEST_F(CatalogCommandsTest, ProblemsOfANewDatasetAreFoundBeforeItsBytes) {
  v1::Dataset dataset;
  auto fields = [&](const std::string& id, const std::string& file_name) {
    std::vector<std::string> names;
    for (const FieldViolation& violation :
         CheckNewDataset(id, dataset, file_name, "dataset")) {
      names.push_back(violation.field);
    }
    return names;
  };
  EXPECT_THAT(fields("", "a.CSV"), IsEmpty());
  EXPECT_THAT(fields("Bad!", "a.txt"),
              ElementsAre("dataset_id", "dataset.format.kind"));
  v1::DatasetFormat& format = *dataset.mutable_format();
  format.set_delimiter("::");
  EXPECT_THAT(fields("", "a.csv"), ElementsAre("dataset.format.delimiter"));
  EXPECT_THAT(fields("", "a.jsonl"), ElementsAre("dataset.format.delimiter"));
  format.clear_delimiter();
  format.set_header(false);
  EXPECT_THAT(fields("", "a.tsv"), ElementsAre("dataset.format.column_names"));
  EXPECT_THAT(fields("", "a.zip"), ElementsAre("dataset.format.header"));
  format.set_manifest("rows.csv");
  EXPECT_THAT(fields("", "a.csv"), ElementsAre("dataset.format.manifest",
                                               "dataset.format.column_names"));
  format.set_manifest("rows.parquet");
  EXPECT_THAT(fields("", "a.tar"),
              ElementsAre("dataset.format.manifest", "dataset.format.header"));
  format.clear_manifest();
  format.add_column_names("x");
  format.add_column_names("x");
  EXPECT_THAT(fields("", "a.tsv"),
              ElementsAre("dataset.format.column_names[1]"));
}

TEST_F(CatalogCommandsTest, RowsThatCannotBeUsedAreKept) {
  ASSERT_TRUE(plane_.Upload("train").ok());
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  v1::Dataset facts = SampleDataset("", {{"a", 5}});
  facts.set_unusable_row_count(7);
  facts.mutable_format()->set_encoding(v1::DatasetFormat::UTF_16LE);
  ASSERT_TRUE(plane_.Report(row.lease(), {InspectedEvent(1, facts)}).ok());
  EXPECT_EQ(plane_.Dataset("train").unusable_row_count(), 7);
  EXPECT_EQ(plane_.Dataset("train").format().encoding(),
            v1::DatasetFormat::UTF_16LE);
}

// One line for each field that is wrong with this format of this file.
std::vector<std::string> ProblemsOf(const v1::DatasetFormat& format,
                                    const std::string& file_name) {
  std::vector<FieldViolation> violations;
  CheckDatasetFormat(format, file_name, FieldScope("format", &violations));
  std::vector<std::string> lines;
  for (const FieldViolation& violation : violations) {
    lines.push_back(violation.field + ": " + violation.description);
  }
  return lines;
}

TEST(DatasetFormatTest, TheNameTellsTheKindBelowACompression) {
  using Format = v1::DatasetFormat;
  const std::pair<const char*, Format::Kind> cases[] = {
      {"a.csv", Format::CSV},         {"A.CSV.GZ", Format::CSV},
      {"a.tsv.zst", Format::TSV},     {"a.jsonl", Format::JSONL},
      {"a.ndjson", Format::JSONL},    {"a.ndjson.gz", Format::JSONL},
      {"a.json", Format::JSON},       {"a.json.zst", Format::JSON},
      {"a.parquet", Format::PARQUET}, {"a.zip", Format::IMAGES},
      {"a.tar", Format::IMAGES},      {"a.tar.gz", Format::IMAGES},
      {"a.tgz", Format::IMAGES},      {"a.tar.zst", Format::IMAGES}};
  for (const auto& [name, kind] : cases) {
    EXPECT_THAT(ProblemsOf({}, name), IsEmpty()) << name;
    EXPECT_EQ(ResolveDatasetFormat({}, name).kind(), kind) << name;
  }
  EXPECT_EQ(ResolveDatasetFormat({}, "a.csv.gz").delimiter(), ",");
}

TEST(DatasetFormatTest, ANameThatTellsNoKindGetsAdvice) {
  auto problem = [](const char* name) {
    std::vector<std::string> lines = ProblemsOf({}, name);
    return lines.size() == 1 ? lines[0] : "";
  };
  EXPECT_THAT(problem("a.xlsx"), HasSubstr("save the sheet as CSV"));
  EXPECT_THAT(problem("a.gz"), HasSubstr("such as x.csv.gz"));
  EXPECT_THAT(problem("a.parquet.gz"), HasSubstr("format.kind: required"));
  EXPECT_THAT(problem("a.csv.bz2"), HasSubstr("gzip or zstd"));
  EXPECT_THAT(problem("data"), HasSubstr("known endings are .csv"));
  v1::DatasetFormat csv;
  csv.set_kind(v1::DatasetFormat::CSV);
  EXPECT_THAT(ProblemsOf(csv, "data"), IsEmpty());
}

TEST(DatasetFormatTest, AnEncodingIsForTexts) {
  v1::DatasetFormat format;
  format.set_encoding(v1::DatasetFormat::WINDOWS_1252);
  EXPECT_THAT(ProblemsOf(format, "a.csv"), IsEmpty());
  EXPECT_THAT(ProblemsOf(format, "a.json.gz"), IsEmpty());
  EXPECT_THAT(ProblemsOf(format, "a.parquet"),
              ElementsAre(HasSubstr("format.encoding: is not for PARQUET")));
  EXPECT_THAT(ProblemsOf(format, "a.zip"),
              ElementsAre(HasSubstr("with a `manifest` only")));
  format.set_manifest("rows.csv");
  EXPECT_THAT(ProblemsOf(format, "a.zip"), IsEmpty());
  format.set_encoding(static_cast<v1::DatasetFormat::Encoding>(99));
  EXPECT_THAT(ProblemsOf(format, "a.zip"),
              ElementsAre(HasSubstr("format.encoding: unknown value")));
  v1::DatasetFormat json;
  json.set_delimiter(";");
  EXPECT_THAT(ProblemsOf(json, "a.json"),
              ElementsAre(HasSubstr("is for CSV and TSV only")));
}

TEST_F(CatalogCommandsTest, AnEtagChangesWithTheRecordAndGuardsDeletion) {
  std::string before = plane_.Import("m").value().etag();
  EXPECT_EQ(plane_.FindModel("m")->model.etag(), before);
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(plane_.Report(row.lease(), {ImportedEvent(1)}).ok());
  std::string after = plane_.FindModel("m")->model.etag();
  EXPECT_NE(after, before);
  auto remove = [&](const std::string& etag) {
    return plane_.Run([&](Transaction& tx) {
      return DeleteModel(tx, plane_.context, TestControlPlane::kTenant, "m",
                         etag);
    });
  };
  EXPECT_EQ(ErrorReasonOf(remove(before)), v1::ERROR_REASON_STALE_ETAG);
  EXPECT_TRUE(remove(after).ok());
}

TEST_F(CatalogCommandsTest, ADatasetThatChangedIsNotDeletedByItsOldEtag) {
  std::string before = plane_.Upload("d").value().etag();
  WorkRow row = plane_.Lease(v1::Slot::AUXILIARY).value();
  ASSERT_TRUE(
      plane_
          .Report(row.lease(),
                  {InspectedEvent(1, SampleDataset("datasets/d", {{"a", 1}}))})
          .ok());
  auto remove = [&](const std::string& etag) {
    return plane_.Run([&](Transaction& tx) {
      return DeleteDataset(tx, plane_.context, TestControlPlane::kTenant, "d",
                           etag);
    });
  };
  EXPECT_EQ(ErrorReasonOf(remove(before)), v1::ERROR_REASON_STALE_ETAG);
  EXPECT_TRUE(remove(plane_.Dataset("d").etag()).ok());
}

}  // namespace
}  // namespace tunesmith::server
