#include "worker/report/html_writer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/report/html_table.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EscapeHtmlTest, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("<script>alert('1') & \"2\"</script>"),
            "&lt;script&gt;alert(&#39;1&#39;) &amp; &quot;2&quot;"
            "&lt;/script&gt;");
}

TEST(EscapeHtmlTest, EscapesWhatIsEscapedAlready) {
  EXPECT_EQ(EscapeHtml("&lt;"), "&amp;lt;");
}

TEST(EscapeHtmlTest, ReplacesWhatIsNoText) {
  EXPECT_EQ(EscapeHtml(std::string("a\0b\x1b\x7f", 5)),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(EscapeHtml("\xff<\xc3"), "\xef\xbf\xbd&lt;\xef\xbf\xbd");
}

TEST(EscapeHtmlTest, KeepsOtherText) {
  EXPECT_EQ(EscapeHtml("n\xc3\xa9 \xe6\xbc\xa2\n\tx"),
            "n\xc3\xa9 \xe6\xbc\xa2\n\tx");
}

TEST(HtmlWriterTest, ElementsEnclose) {
  HtmlWriter html;
  {
    HtmlElement outer(html, "p", {{"class", "a\" onclick=\"b"}, {"id", ""}});
    html.AddText("1 < 2");
    html.Add("b", "<i>");
    html.AddVoid("line", {{"x1", "1"}});
  }
  EXPECT_EQ(html.html(),
            "<p class=\"a&quot; onclick=&quot;b\">1 &lt; 2"
            "<b>&lt;i&gt;</b>\n<line x1=\"1\"/>\n</p>\n");
}

TEST(CutTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("ab\xc3\xa9z", 3), "ab\xe2\x80\xa6");
}

TEST(HtmlTableTest, ShowsSoManyRowsAndSaysSo) {
  HtmlTable table;
  table.columns = {{"name"}, {"number", true}};
  for (size_t i = 0; i < HtmlTable::kMaxRows; ++i) {
    table.rows.push_back({"row", "1"});
  }
  HtmlWriter whole;
  WriteTable(table, whole);
  EXPECT_THAT(whole.html(), Not(HasSubstr("rows.")));
  table.rows.push_back({"the last", "1"});
  HtmlWriter cut;
  WriteTable(table, cut);
  EXPECT_THAT(cut.html(), Not(HasSubstr("the last")));
  EXPECT_THAT(cut.html(), HasSubstr("The first 200 of 201 rows."));
}

}  // namespace
}  // namespace tunesmith::worker
