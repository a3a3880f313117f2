#ifndef TUNESMITH_SERVER_CATALOG_RECORD_H_
#define TUNESMITH_SERVER_CATALOG_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "proto/artifact/sha256.h"

namespace tunesmith::server {

// Parses a record column; DATA_LOSS when its bytes are no such message.
inline absl::Status ParseRecord(const std::string& bytes,
                                google::protobuf::MessageLite& message) {
  if (message.ParseFromString(bytes)) return absl::OkStatus();
  return absl::DataLossError("damaged record in the database, type: " +
                             message.GetTypeName());
}

// What is stored of a resource: all but its etag, which follows from it.
template <typename Resource>
std::string RecordOf(Resource resource) {
  resource.clear_etag();
  return resource.SerializeAsString();
}

// Changes with every change of the record, which has the resource's uid in it.
inline std::string EtagOfRecord(const std::string& record) {
  constexpr size_t kDigits = 16;
  return Sha256Hex(record).substr(0, kDigits);
}

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_CATALOG_RECORD_H_
