#include "client/cli/render/finding_text.h"

#include "gtest/gtest.h"

namespace tunesmith::cli {
namespace {

v1::Finding Counted(const std::string& message, int64_t count) {
  v1::Finding finding;
  finding.set_severity(v1::Finding::WARNING);
  finding.set_code(v1::Finding::DUPLICATE_ROW);
  finding.set_message(message);
  finding.set_count(count);
  return finding;
}

TEST(FindingTextTest, CountIsThereOnce) {
  EXPECT_EQ(RenderFinding(Counted("rows repeat", 12)),
            "warning: rows repeat (12x) [DUPLICATE_ROW]");
  EXPECT_EQ(RenderFinding(Counted("12 of 120 rows repeat", 12)),
            "warning: 12 of 120 rows repeat [DUPLICATE_ROW]");
  EXPECT_EQ(RenderFinding(Counted("rows repeat: 12, as in row 3", 12)),
            "warning: rows repeat: 12, as in row 3 [DUPLICATE_ROW]");
  EXPECT_EQ(RenderFinding(Counted("row 120 repeats", 12)),
            "warning: row 120 repeats (12x) [DUPLICATE_ROW]");
  EXPECT_EQ(RenderFinding(Counted("one repeats", 1)),
            "warning: one repeats [DUPLICATE_ROW]");
}

}  // namespace
}  // namespace tunesmith::cli
