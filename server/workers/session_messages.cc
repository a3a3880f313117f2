#include "server/workers/session_messages.h"

#include "server/lifecycle/wire_time.h"
#include "server/workers/hello_check.h"

namespace tunesmith::server {

internal::v1::ServerMessage WelcomeMessage(const WorkersContext& context) {
  internal::v1::ServerMessage message;
  internal::v1::Welcome& welcome = *message.mutable_welcome();
  welcome.set_protocol(kSessionProtocol);
  *welcome.mutable_lease_term() = ToWireDuration(context.lease_term);
  *welcome.mutable_report_interval() = ToWireDuration(context.report_interval);
  return message;
}

internal::v1::ServerMessage DesiredStateMessage(
    const std::vector<WorkerRegistry::Assignment>& assignments) {
  internal::v1::ServerMessage message;
  internal::v1::DesiredState& desired = *message.mutable_desired();
  for (const WorkerRegistry::Assignment& row : assignments) {
    internal::v1::DesiredState::Assignment& assignment =
        *desired.add_assignments();
    *assignment.mutable_item() = row->item;
    assignment.set_slot(row->slot);
    assignment.set_cancel(row->stop == StopKind::kCancel);
    assignment.set_suspend(row->stop == StopKind::kSuspend);
  }
  return message;
}

internal::v1::ServerMessage StoredMessage(const LeaseKey& lease,
                                          int64_t sequence) {
  internal::v1::ServerMessage message;
  internal::v1::Ack& ack = *message.mutable_ack();
  ack.set_item_uid(lease.item_uid);
  ack.set_fence(lease.fence);
  ack.set_sequence(sequence);
  return message;
}

internal::v1::ServerMessage FencedMessage(const LeaseKey& lease) {
  internal::v1::ServerMessage message = StoredMessage(lease, 0);
  message.mutable_ack()->set_fenced(true);
  return message;
}

}  // namespace tunesmith::server
