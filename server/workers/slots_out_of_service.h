#ifndef TUNESMITH_SERVER_WORKERS_SLOTS_OUT_OF_SERVICE_H_
#define TUNESMITH_SERVER_WORKERS_SLOTS_OUT_OF_SERVICE_H_

#include <map>
#include <string>

#include "tunesmith/internal/v1/worker_session.pb.h"
#include "tunesmith/v1/worker.pb.h"

namespace tunesmith::server {

// Why, by the slot's index.
using SlotsOutOfService = std::map<int, std::string>;

// What `report` says of the slots that `worker` has. Slots that it does not
// have are left out, reasons are cut to 256 bytes and never empty. Pure.
SlotsOutOfService SlotsOutOfServiceOf(const v1::Worker& worker,
                                      const internal::v1::Report& report);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_WORKERS_SLOTS_OUT_OF_SERVICE_H_
