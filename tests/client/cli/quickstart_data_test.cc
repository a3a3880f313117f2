#include <map>
#include <set>

#include "client/cli/commands/job_request.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/client_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::EndsWith;

const char kDirectory[] = TUNESMITH_QUICKSTART_DATA;

struct Row {
  std::string text;
  std::string label;
};

// Rows of a two-column CSV file whose labels need no quotes.
std::vector<Row> ReadRows(const std::string& name) {
  std::istringstream file(testing::Content(kDirectory + ("/" + name)));
  std::string line;
  std::vector<Row> rows;
  std::getline(file, line);
  EXPECT_EQ(line, "text,label");
  while (std::getline(file, line)) {
    size_t comma = line.rfind(',');
    rows.push_back({line.substr(0, comma), line.substr(comma + 1)});
  }
  return rows;
}

std::map<std::string, int> CountLabels(const std::vector<Row>& rows) {
  std::map<std::string, int> counts;
  for (const Row& row : rows) ++counts[row.label];
  return counts;
}

TEST(QuickstartDataTest, ClassesAreBalancedAndTheTestFileIsHeldOut) {
  std::vector<Row> train = ReadRows("customer-messages.csv");
  std::vector<Row> test = ReadRows("customer-messages-test.csv");
  EXPECT_EQ(train.size(), 300u);
  EXPECT_EQ(test.size(), 60u);
  std::set<std::string> texts;
  for (const Row& row : train) texts.insert(row.text);
  for (const Row& row : test) texts.insert(row.text);
  EXPECT_EQ(texts.size(), train.size() + test.size());
  EXPECT_EQ(CountLabels(train).size(), 6u);
  for (const auto& [label, count] : CountLabels(train)) EXPECT_EQ(count, 50);
  for (const auto& [label, count] : CountLabels(test)) {
    EXPECT_EQ(count, 10);
    EXPECT_EQ(CountLabels(train).count(label), 1u) << label;
  }
}

TEST(QuickstartDataTest, JobFileIsAJob) {
  auto request = ParseJobFile(
      testing::Content(std::string(kDirectory) + "/job.json"), kDirectory);
  ASSERT_TRUE(request.ok()) << request.status();
  const v1::Data& data = request->job().spec().data();
  EXPECT_THAT(data.training(), EndsWith("/customer-messages.csv"));
  EXPECT_TRUE(std::filesystem::exists(data.training()));
  EXPECT_TRUE(std::filesystem::exists(data.test()));
}

}  // namespace
}  // namespace tunesmith::cli
