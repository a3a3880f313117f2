#ifndef TUNESMITH_WORKER_REPORT_HTML_WRITER_H_
#define TUNESMITH_WORKER_REPORT_HTML_WRITER_H_

#include <string>
#include <string_view>
#include <vector>

namespace tunesmith::worker {

// `text` as it stands in an element or in a quoted attribute, where it is text
// and nothing else: markup becomes character references; control characters
// and bytes that are not UTF-8 become U+FFFD.
std::string EscapeHtml(std::string_view text);

struct HtmlAttribute {
  // Of ours.
  std::string_view name;
  // Empty: the attribute is left out.
  std::string value;
};

// Writes a document from front to back. Names of elements and attributes are
// ours; texts and values may be anybody's: they are escaped here and nowhere
// else. Not thread-safe.
class HtmlWriter {
 public:
  using Attributes = std::vector<HtmlAttribute>;

  // Without end, for HtmlElement.
  void Begin(std::string_view tag, const Attributes& attributes);
  void End(std::string_view tag);

  // An element that holds `text` alone.
  void Add(std::string_view tag, std::string_view text,
           const Attributes& attributes = {});
  // An element that holds nothing and, as HTML or SVG has it, needs no end.
  void AddVoid(std::string_view tag, const Attributes& attributes);
  void AddText(std::string_view text);
  // What `trusted` says, as it stands: a constant of ours.
  void AddTrusted(std::string_view trusted);

  const std::string& html() const { return html_; }

 private:
  void BeginTag(std::string_view tag, const Attributes& attributes);

  std::string html_;
};

// An element that lasts as long as this object; what is written meanwhile is
// inside it. `html` and what `tag` views outlive it.
class HtmlElement {
 public:
  HtmlElement(HtmlWriter& html, std::string_view tag,
              const HtmlWriter::Attributes& attributes = {})
      : html_(html), tag_(tag) {
    html_.Begin(tag_, attributes);
  }
  ~HtmlElement() { html_.End(tag_); }
  HtmlElement(const HtmlElement&) = delete;
  HtmlElement& operator=(const HtmlElement&) = delete;

 private:
  HtmlWriter& html_;
  const std::string_view tag_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_HTML_WRITER_H_
