#include "worker/data/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kPackedBytes = 64 << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
// inflateInit2: the largest window, and gzip's header and sum.
constexpr int kGzipWindow = 15 + 16;

class FileSource : public ByteSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  ~FileSource() override { close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    ssize_t n;
    do {
      n = read(fd_, buffer, capacity);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return absl::ErrnoToStatus(errno, "reading the dataset's file");
    return static_cast<size_t>(n);
  }

 private:
  const int fd_;
};

// Some bytes that were read ahead, then the others.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::string start, std::unique_ptr<ByteSource> rest)
      : start_(std::move(start)), rest_(std::move(rest)) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) override {
    if (position_ == start_.size()) return rest_->Read(buffer, capacity);
    const size_t count = start_.copy(buffer, capacity, position_);
    position_ += count;
    return count;
  }

 private:
  const std::string start_;
  size_t position_ = 0;
  const std::unique_ptr<ByteSource> rest_;
};

// What is in packed bytes: any number of packed parts, one after another. A
// member for each way of packing says how a step is done.
class UnpackingSource : public ByteSource {
 public:
  absl::StatusOr<size_t> Read(char* buffer, size_t capacity) final;

 protected:
  UnpackingSource(const char* name, std::unique_ptr<ByteSource> packed)
      : name_(name), packed_(std::move(packed)), input_(kPackedBytes) {}

  // Unpacks some of `input`, which loses what was used, into `buffer`, and says
  // how many bytes that gave. Sets `part_ended` at the end of a part.
  virtual absl::StatusOr<size_t> Step(std::string_view& input, char* buffer,
                                      size_t capacity, bool& part_ended) = 0;

  absl::Status Damaged(std::string_view why) const {
    return MalformedFileError(absl::StrCat("the file is packed with ", name_,
                                           " and damaged: ", std::string(why)));
  }

 private:
  absl::Status Fill();
  absl::Status CheckSize(size_t more);

  const char* const name_;
  const std::unique_ptr<ByteSource> packed_;
  std::vector<char> input_;
  std::string_view rest_;
  int64_t packed_bytes_ = 0;
  int64_t unpacked_bytes_ = 0;
  bool packed_ended_ = false;
  bool part_ended_ = true;
};

absl::Status UnpackingSource::Fill() {
  TUNESMITH_ASSIGN_OR_RETURN(size_t size,
                             packed_->Read(input_.data(), input_.size()));
  packed_ended_ = size == 0;
  packed_bytes_ += static_cast<int64_t>(size);
  rest_ = std::string_view(input_.data(), size);
  return absl::OkStatus();
}

absl::Status UnpackingSource::CheckSize(size_t more) {
  unpacked_bytes_ += static_cast<int64_t>(more);
  if (unpacked_bytes_ <= kMinBombBytes) return absl::OkStatus();
  if (unpacked_bytes_ > kMaxUnpackedBytes) {
    return MalformedFileError(absl::StrCat("the file is packed with ", name_,
                                           " and holds more than ",
                                           kMaxUnpackedBytes, " bytes"));
  }
  if (unpacked_bytes_ / kMaxUnpackedRatio <= packed_bytes_) {
    return absl::OkStatus();
  }
  return MalformedFileError(
      absl::StrCat("the file is packed with ", name_, " and holds more than ",
                   kMaxUnpackedRatio,
                   " times its size, as no table does (unpack it first)"));
}

absl::StatusOr<size_t> UnpackingSource::Read(char* buffer, size_t capacity) {
  while (true) {
    if (rest_.empty() && !packed_ended_) TUNESMITH_RETURN_IF_ERROR(Fill());
    if (part_ended_) {
      // Filler behind the last part, as tapes and disks have it.
      rest_.remove_prefix(
          std::min(rest_.find_first_not_of('\0'), rest_.size()));
      if (rest_.empty() && packed_ended_) return 0;
      if (rest_.empty()) continue;
    }
    // Also without input: what was read can still be on its way.
    TUNESMITH_ASSIGN_OR_RETURN(size_t size,
                               Step(rest_, buffer, capacity, part_ended_));
    TUNESMITH_RETURN_IF_ERROR(CheckSize(size));
    if (size > 0) return size;
    if (packed_ended_ && !part_ended_) return Damaged("it ends early");
  }
}

class GzipSource : public UnpackingSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed)
      : UnpackingSource("gzip", std::move(packed)),
        is_sound_(inflateInit2(&stream_, kGzipWindow) == Z_OK) {}
  ~GzipSource() override { inflateEnd(&stream_); }

 private:
  absl::StatusOr<size_t> Step(std::string_view& input, char* buffer,
                              size_t capacity, bool& part_ended) override {
    if (!is_sound_) return absl::ResourceExhaustedError("no memory for gzip");
    part_ended = false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(capacity);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input.remove_prefix(input.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      part_ended = true;
      inflateReset(&stream_);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Damaged(stream_.msg == nullptr ? "its bytes make no sense"
                                            : stream_.msg);
    }
    return capacity - stream_.avail_out;
  }

  z_stream stream_ = {};
  const bool is_sound_;
};

class ZstdSource : public UnpackingSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> packed)
      : UnpackingSource("zstd", std::move(packed)),
        stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }

 private:
  absl::StatusOr<size_t> Step(std::string_view& input, char* buffer,
                              size_t capacity, bool& part_ended) override {
    if (stream_ == nullptr) {
      return absl::ResourceExhaustedError("no memory for zstd");
    }
    ZSTD_inBuffer in = {input.data(), input.size(), 0};
    ZSTD_outBuffer out = {buffer, capacity, 0};
    const size_t result = ZSTD_decompressStream(stream_, &out, &in);
    input.remove_prefix(in.pos);
    if (ZSTD_isError(result)) return Damaged(ZSTD_getErrorName(result));
    part_ended = result == 0;
    return out.pos;
  }

  ZSTD_DStream* const stream_;
};

}  // namespace

absl::Status MalformedFileError(const std::string& message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "MALFORMED_FILE",
                       message);
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "opening the dataset's file");
  std::unique_ptr<ByteSource> file = std::make_unique<FileSource>(fd);
  std::string start(kZstdMagic.size(), '\0');
  size_t size = 0;
  while (size < start.size()) {
    TUNESMITH_ASSIGN_OR_RETURN(
        size_t more, file->Read(start.data() + size, start.size() - size));
    if (more == 0) break;
    size += more;
  }
  start.resize(size);
  const bool is_gzip = start.starts_with(kGzipMagic);
  const bool is_zstd = start == kZstdMagic;
  file = std::make_unique<PeekedSource>(std::move(start), std::move(file));
  if (is_gzip) return std::make_unique<GzipSource>(std::move(file));
  if (is_zstd) return std::make_unique<ZstdSource>(std::move(file));
  return file;
}

}  // namespace tunesmith::worker
