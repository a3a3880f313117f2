#ifndef TUNESMITH_PROTO_CONTRACT_FRAME_H_
#define TUNESMITH_PROTO_CONTRACT_FRAME_H_

#include <cstdint>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"

namespace tunesmith {

// Longest message that a frame can hold.
inline constexpr uint32_t kMaxFrameBytes = 64 << 20;

// One message as a frame on a blocking stream socket: its length as a
// little-endian uint32, then its bytes. Interrupted calls are repeated; a
// closed peer is an error, never a signal.
//
// INVALID_ARGUMENT: longer than kMaxFrameBytes. UNAVAILABLE: the peer is gone.
absl::Status WriteFrame(int fd, const google::protobuf::MessageLite& message);

// Reads the next frame into `message`. OUT_OF_RANGE: the peer closed between
// frames. DATA_LOSS: it closed inside one, the length is too large, or the
// bytes are not the message.
absl::Status ReadFrame(int fd, google::protobuf::MessageLite& message);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_FRAME_H_
