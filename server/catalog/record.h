#ifndef TUNESMITH_SERVER_CATALOG_RECORD_H_
#define TUNESMITH_SERVER_CATALOG_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"

namespace tunesmith::server {

// Parses a record column; DATA_LOSS when its bytes are no such message.
inline absl::Status ParseRecord(const std::string& bytes,
                                google::protobuf::MessageLite& message) {
  if (message.ParseFromString(bytes)) return absl::OkStatus();
  return absl::DataLossError("damaged record in the database, type: " +
                             message.GetTypeName());
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_RECORD_H_
