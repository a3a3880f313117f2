#include "client/cli/render/audit_text.h"

#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "client/cli/render/text_table.h"

namespace tunesmith::cli {
namespace {

constexpr size_t kDetailColumns = 60;

}  // namespace

std::string RenderAudit(const std::vector<v1::AuditRecord>& records,
                        absl::TimeZone zone) {
  if (records.empty()) return "no changes\n";
  TextTable table({{"TIME"}, {"METHOD"}, {"RESOURCE"}, {"BY"}, {"DETAIL"}});
  for (const v1::AuditRecord& record : records) {
    table.AddRow(
        {FormatTime(record.time(), zone), record.method(), record.resource(),
         record.principal().empty() ? record.peer() : record.principal(),
         Shorten(Printable(record.detail()), kDetailColumns)});
  }
  return table.Render();
}

}  // namespace tunesmith::cli
