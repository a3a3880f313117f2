#include "worker/report/report.h"

#include "absl/strings/str_cat.h"
#include "worker/report/html_table.h"
#include "worker/report/html_writer.h"
#include "worker/report/sections.h"
#include "worker/report/style_sheet.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kMaxTitleBytes = 200;

void WriteHead(const FinishedRun& run, HtmlWriter& html) {
  HtmlElement head(html, "head");
  html.AddVoid("meta", {{"charset", "utf-8"}});
  html.AddVoid("meta", {{"name", "viewport"},
                        {"content", "width=device-width, initial-scale=1"}});
  // Should anything get past the escaping, it is neither run nor loaded.
  html.AddVoid("meta",
               {{"http-equiv", "Content-Security-Policy"},
                {"content",
                 "default-src 'none'; style-src 'unsafe-inline'; img-src "
                 "data:"}});
  html.Add("title",
           CutText(absl::StrCat("Training report of ", run.item.train().job()),
                   kMaxTitleBytes));
  HtmlElement style(html, "style");
  html.AddTrusted(kStyleSheet);
}

void WriteBody(const FinishedRun& run, HtmlWriter& html) {
  HtmlElement body(html, "body");
  WriteOutcome(run, html);
  WriteCurves(run, html);
  WriteEvaluations(run, html);
  WriteConfusions(run, html);
  WriteMistakes(run, html);
  WriteData(run, html);
  WriteSpec(run, html);
  WriteReproduction(run, html);
  WriteAttempt(run, html);
}

}  // namespace

std::string RenderReport(const FinishedRun& run) {
  HtmlWriter html;
  html.AddTrusted("<!DOCTYPE html>\n");
  {
    HtmlElement document(html, "html", {{"lang", "en"}});
    WriteHead(run, html);
    WriteBody(run, html);
  }
  return html.html();
}

}  // namespace tunesmith::worker
