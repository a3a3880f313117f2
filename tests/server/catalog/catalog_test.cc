#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "proto/contract/error.h"
#include "server/catalog/dataset_catalog.h"
#include "server/catalog/model_catalog.h"
#include "tests/server/testing/test_store.h"

namespace tunesmith::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

DatasetRow NewDataset(const std::string& id, const std::string& tenant = "t") {
  DatasetRow row;
  row.tenant = tenant;
  row.file_name = id + ".csv";
  row.artifact.set_key("uid-" + id + "/1");
  row.dataset.set_name("datasets/" + id);
  row.dataset.set_uid("uid-" + id);
  row.dataset.set_state(v1::Dataset::INSPECTING);
  row.dataset.mutable_format()->set_kind(v1::DatasetFormat::CSV);
  return row;
}

ModelRow NewModel(const std::string& id, const std::string& family = "") {
  ModelRow row;
  row.tenant = "t";
  row.artifact.set_key("uid-" + id + "/1");
  row.model.set_name("models/" + id);
  row.model.set_uid("uid-" + id);
  row.model.set_state(family.empty() ? v1::Model::IMPORTING : v1::Model::READY);
  row.model.set_family(family);
  return row;
}

class CatalogTest : public testing::Test {
 protected:
  absl::Status Write(Store::WriteFn write) {
    return store_.Write(std::move(write));
  }
  template <typename Row>
  void Insert(Row row) {
    absl::Status status = Write([&](Transaction& tx) {
      if constexpr (std::is_same_v<Row, ModelRow>) {
        return ModelCatalog::Insert(tx, row);
      } else {
        return DatasetCatalog::Insert(tx, row);
      }
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  template <typename Read>
  auto Ask(Read read) {
    decltype(read(std::declval<Connection&>())) answer =
        absl::UnknownError("not read");
    store_.store->ReadNow([&](Connection& db) { answer = read(db); });
    return answer;
  }
  auto GetDataset(const std::string& tenant, const std::string& id) {
    return Ask(
        [&](Connection& db) { return DatasetCatalog::Get(db, tenant, id); });
  }
  std::vector<std::string> ModelNames(const ModelFilter& filter) {
    auto rows = Ask([&](Connection& db) {
      return ModelCatalog::List(db, "t", filter, kNewest, 10);
    });
    std::vector<std::string> names;
    for (const ModelRow& row : *rows) names.push_back(row.model.name());
    return names;
  }

  TestStore store_;
};

TEST_F(CatalogTest, ADatasetComesBackAsItWasStored) {
  Insert(NewDataset("mail"));
  absl::StatusOr<DatasetRow> row = GetDataset("t", "mail");
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->dataset.uid(), "uid-mail");
  EXPECT_EQ(row->Input().file_name(), "mail.csv");
  EXPECT_EQ(row->Input().artifact().key(), "uid-mail/1");
  EXPECT_EQ(row->Input().format().kind(), v1::DatasetFormat::CSV);
}

TEST_F(CatalogTest, ATakenNameIsRefusedWithinATenantOnly) {
  Insert(NewDataset("mail"));
  DatasetRow again = NewDataset("mail");
  again.dataset.set_uid("other");
  absl::Status status =
      Write([&](Transaction& tx) { return DatasetCatalog::Insert(tx, again); });
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_RESOURCE_EXISTS);
  Insert(NewDataset("mail", "somebody-else"));
}

TEST_F(CatalogTest, AnUnknownNameGetsAHintFromTheOwnTenant) {
  Insert(NewDataset("sentiment"));
  Insert(NewDataset("sentimant", "somebody-else"));
  absl::Status status = GetDataset("t", "sentimen").status();
  EXPECT_EQ(ErrorReasonOf(status), v1::ERROR_REASON_RESOURCE_NOT_FOUND);
  EXPECT_EQ(status.message(),
            "unknown dataset: datasets/sentimen (did you mean "
            "datasets/sentiment?)");
  EXPECT_EQ(GetDataset("nobody", "sentimen").status().message(),
            "unknown dataset: datasets/sentimen");
}

TEST_F(CatalogTest, DatasetsAreListedNewestFirstInPages) {
  for (const char* id : {"a", "b", "c"}) Insert(NewDataset(id));
  auto first = Ask(
      [](Connection& db) { return DatasetCatalog::List(db, "t", kNewest, 2); });
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ((*first)[0].dataset.name(), "datasets/c");
  auto rest = Ask([&](Connection& db) {
    return DatasetCatalog::List(db, "t", first->back().number, 2);
  });
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].dataset.name(), "datasets/a");
}

TEST_F(CatalogTest, FindingsAreNumberedAndGoWithTheDataset) {
  Insert(NewDataset("a"));
  auto add = [&](const std::string& message) {
    v1::Finding finding;
    finding.set_message(message);
    return Write([&](Transaction& tx) {
      return DatasetCatalog::AddFinding(tx, "t", "uid-a", finding);
    });
  };
  auto messages = [&](int64_t after, int limit) {
    auto findings = Ask([&](Connection& db) {
      return DatasetCatalog::ListFindings(db, "t", "uid-a", after, limit);
    });
    std::vector<std::string> texts;
    for (const v1::Finding& f : *findings) texts.push_back(f.message());
    return texts;
  };
  ASSERT_TRUE(add("x").ok());
  ASSERT_TRUE(add("y").ok());
  ASSERT_TRUE(add("z").ok());
  EXPECT_THAT(messages(0, 2), ElementsAre("x", "y"));
  EXPECT_THAT(messages(2, 2), ElementsAre("z"));
  ASSERT_TRUE(Write([](Transaction& tx) {
                return DatasetCatalog::Remove(tx, "t", "uid-a");
              }).ok());
  EXPECT_THAT(messages(0, 9), IsEmpty());
}

TEST_F(CatalogTest, ModelsAreFiltered) {
  Insert(NewModel("new"));
  ModelRow bert = NewModel("bert", "bert");
  bert.model.set_parameter_count(100);
  bert.model.add_tasks(v1::TEXT_CLASSIFICATION);
  Insert(bert);
  ModelRow other = NewModel("other", "gpt");
  other.model.set_parameter_count(1000);
  Insert(other);
  EXPECT_THAT(ModelNames({}),
              ElementsAre("models/other", "models/bert", "models/new"));
  ModelFilter by_family, by_task, by_size;
  by_family.family = "gpt";
  by_task.task = v1::TEXT_CLASSIFICATION;
  by_size.max_parameter_count = 100;
  EXPECT_THAT(ModelNames(by_family), ElementsAre("models/other"));
  EXPECT_THAT(ModelNames(by_task), ElementsAre("models/bert"));
  EXPECT_THAT(ModelNames(by_size), ElementsAre("models/bert"));
}

TEST_F(CatalogTest, FactsAreKeptWithoutTheModelInThem) {
  Insert(NewModel("a"));
  internal::v1::ModelFacts facts;
  facts.add_parameters()->set_name("w");
  facts.mutable_model()->set_family("bert");
  v1::Model model = NewModel("a", "bert").model;
  ASSERT_TRUE(Write([&](Transaction& tx) {
                return ModelCatalog::Update(tx, "t", model, facts);
              }).ok());
  auto row = Ask(
      [](Connection& db) { return ModelCatalog::FindByUid(db, "t", "uid-a"); });
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_EQ((*row)->facts.parameters(0).name(), "w");
  EXPECT_FALSE((*row)->facts.has_model());
  EXPECT_EQ((*row)->model.state(), v1::Model::READY);
}

TEST_F(CatalogTest, ArtifactKeysCoverEveryTenant) {
  Insert(NewDataset("a"));
  Insert(NewDataset("b", "somebody-else"));
  auto keys =
      Ask([](Connection& db) { return DatasetCatalog::ArtifactKeys(db); });
  EXPECT_THAT(*keys, UnorderedElementsAre("uid-a/1", "uid-b/1"));
}

TEST_F(CatalogTest, ChangingWhatIsNotThereIsAnError) {
  v1::Model model = NewModel("a", "bert").model;
  EXPECT_FALSE(Write([&](Transaction& tx) {
                 return ModelCatalog::Update(tx, "t", model, {});
               }).ok());
}

}  // namespace
}  // namespace tunesmith::server
