#include "worker/trainer/inspect_work.h"

#include <memory>
#include <string>
#include <vector>

#include "proto/contract/base/status_macros.h"
#include "worker/data/image_inspection.h"
#include "worker/data/inspection.h"
#include "worker/data/table.h"
#include "worker/trainer/wire_facts.h"
#include "worker/trainer/wire_spec.h"

namespace tunesmith::worker {
namespace {

// Pictures that cannot be read, or only in part.
int64_t CountBadImages(const std::vector<DataFinding>& findings) {
  int64_t count = 0;
  for (const DataFinding& finding : findings) {
    if (finding.code == FindingCode::kBadImage ||
        finding.code == FindingCode::kIncompleteImage) {
      count += finding.count;
    }
  }
  return count;
}

}  // namespace

absl::StatusOr<internal::v1::Outcome> DoInspectWork(
    const internal::v1::InspectWork& work, const WorkContext& context) {
  TUNESMITH_ASSIGN_OR_RETURN(TableFormat format,
                             ToTableFormat(work.dataset().format()));
  TUNESMITH_ASSIGN_OR_RETURN(
      std::string path, VerifiedDataset(context.assignment, work.dataset()));
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<TableReader> table,
                             OpenTable(path, format));
  auto should_stop = [&context] {
    return context.stop_request() != StopRequest::kNone;
  };
  FindingLog log;
  absl::StatusOr<TableFacts> facts = InspectTable(*table, log, should_stop);
  if (facts.ok() && format.kind == TableKind::kImages) {
    absl::Status status =
        InspectImages(path, {format.manifest, format.encoding},
                      static_cast<size_t>(context.threads), log, should_stop);
    if (!status.ok()) facts = status;
  }
  std::vector<DataFinding> findings = log.Take();
  context.reporter.Findings(findings);
  TUNESMITH_RETURN_IF_ERROR(facts.status());
  facts->unusable_row_count += CountBadImages(findings);

  internal::v1::Outcome outcome;
  tunesmith::v1::Dataset& dataset = *outcome.mutable_inspect()->mutable_facts();
  dataset = ToWire(*facts);
  *dataset.mutable_format() = work.dataset().format();
  dataset.set_finding_count(static_cast<int64_t>(findings.size()));
  return outcome;
}

}  // namespace tunesmith::worker
