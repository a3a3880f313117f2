#include "worker/report/html_writer.h"

#include "proto/contract/base/utf8.h"

namespace tunesmith::worker {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";

bool IsControl(char c) {
  unsigned char byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (char c : ToUtf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (IsControl(c)) {
          escaped += kReplacement;
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

void HtmlWriter::BeginTag(std::string_view tag, const Attributes& attributes) {
  html_ += '<';
  html_ += tag;
  for (const HtmlAttribute& attribute : attributes) {
    if (attribute.value.empty()) continue;
    html_ += ' ';
    html_ += attribute.name;
    html_ += "=\"";
    html_ += EscapeHtml(attribute.value);
    html_ += '"';
  }
}

void HtmlWriter::Begin(std::string_view tag, const Attributes& attributes) {
  BeginTag(tag, attributes);
  html_ += ">";
}

void HtmlWriter::End(std::string_view tag) {
  html_ += "</";
  html_ += tag;
  html_ += ">\n";
}

void HtmlWriter::Add(std::string_view tag, std::string_view text,
                     const Attributes& attributes) {
  HtmlElement element(*this, tag, attributes);
  AddText(text);
}

void HtmlWriter::AddVoid(std::string_view tag, const Attributes& attributes) {
  BeginTag(tag, attributes);
  html_ += "/>\n";
}

void HtmlWriter::AddText(std::string_view text) { html_ += EscapeHtml(text); }

void HtmlWriter::AddTrusted(std::string_view trusted) { html_ += trusted; }

}  // namespace tunesmith::worker
