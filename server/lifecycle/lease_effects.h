#ifndef TUNESMITH_SERVER_LIFECYCLE_LEASE_EFFECTS_H_
#define TUNESMITH_SERVER_LIFECYCLE_LEASE_EFFECTS_H_

#include <string>

#include "absl/status/status.h"
#include "server/lifecycle/context.h"
#include "server/store/store.h"
#include "server/work/work_queue.h"

// What ends of leases and records mean outside of the database, after commits.

namespace tunesmith::server {

// `row`, as it was, is not leased any more.
void NotifyLeaseEnded(Transaction& tx, const LifecycleContext& context,
                      const WorkRow& row);

// What runs on the row's worker should be another thing now.
void NotifyAssignmentsChanged(Transaction& tx, const LifecycleContext& context,
                              const WorkRow& row);

void NotifyArtifactReleased(Transaction& tx, const LifecycleContext& context,
                            const std::string& key);

void NotifyArtifactGroupClosed(Transaction& tx, const LifecycleContext& context,
                               const std::string& group);

// Removes a work item, leased or not; OK when there is none.
absl::Status RemoveItem(Transaction& tx, const LifecycleContext& context,
                        const std::string& item_uid);

// Removes the work item of a resource, if it has one, leased or not.
absl::Status RemoveWorkOf(Transaction& tx, const LifecycleContext& context,
                          const std::string& tenant,
                          const std::string& subject_uid);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_LIFECYCLE_LEASE_EFFECTS_H_
