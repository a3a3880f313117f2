#ifndef TUNESMITH_WORKER_AGENT_PROCESS_FILE_DESCRIPTOR_H_
#define TUNESMITH_WORKER_AGENT_PROCESS_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace tunesmith::worker {

// Owns an open file; -1 is none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }

  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_AGENT_PROCESS_FILE_DESCRIPTOR_H_
