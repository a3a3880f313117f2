#include "proto/contract/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith {
namespace {

// Reads until `size` bytes are there; `size_read` tells how far it came.
absl::Status ReadFully(int fd, char* data, size_t size, size_t& size_read) {
  size_read = 0;
  while (size_read < size) {
    ssize_t n = read(fd, data + size_read, size - size_read);
    if (n == 0) return absl::DataLossError("peer closed inside a frame");
    if (n < 0) {
      if (errno == EINTR) continue;
      return absl::DataLossError(
          absl::StrCat("reading a frame: ", strerror(errno)));
    }
    size_read += n;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFrame(int fd, const google::protobuf::MessageLite& message) {
  size_t size = message.ByteSizeLong();
  if (size > kMaxFrameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("message too long for a frame, bytes: ", size));
  }
  std::string frame(4, '\0');
  for (int i = 0; i < 4; ++i) frame[i] = static_cast<char>(size >> (8 * i));
  message.AppendToString(&frame);
  for (size_t sent = 0; sent < frame.size();) {
    ssize_t n =
        send(fd, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      return absl::UnavailableError(
          absl::StrCat("writing a frame: ", strerror(errno)));
    }
    sent += n;
  }
  return absl::OkStatus();
}

absl::Status ReadFrame(int fd, google::protobuf::MessageLite& message) {
  unsigned char header[4];
  size_t size_read = 0;
  absl::Status status =
      ReadFully(fd, reinterpret_cast<char*>(header), 4, size_read);
  if (!status.ok()) {
    return size_read == 0 ? absl::OutOfRangeError("peer closed") : status;
  }
  uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size |= uint32_t{header[i]} << (8 * i);
  if (size > kMaxFrameBytes) {
    return absl::DataLossError(
        absl::StrCat("frame length out of bounds: ", size));
  }
  std::string body(size, '\0');
  TUNESMITH_RETURN_IF_ERROR(ReadFully(fd, body.data(), size, size_read));
  if (!message.ParseFromString(body)) {
    return absl::DataLossError("frame does not hold the expected message");
  }
  return absl::OkStatus();
}

}  // namespace tunesmith
