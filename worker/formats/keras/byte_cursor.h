#ifndef TUNESMITH_WORKER_FORMATS_KERAS_BYTE_CURSOR_H_
#define TUNESMITH_WORKER_FORMATS_KERAS_BYTE_CURSOR_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tunesmith::worker {

// Reads little-endian numbers from bytes that are perhaps too few: then all
// that it gives is zero, and `ok` says so once everything is read.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes, uint64_t position = 0)
      : bytes_(bytes), position_(position), ok_(position <= bytes.size()) {}

  template <class Number>
  Number Read() {
    static_assert(std::endian::native == std::endian::little);
    Number number = 0;
    std::span<const std::byte> taken = Take(sizeof(number));
    if (ok_) std::memcpy(&number, taken.data(), sizeof(number));
    return number;
  }

  // Empty when there are fewer.
  std::span<const std::byte> Take(uint64_t count) {
    ok_ = ok_ && count <= bytes_.size() - position_;
    if (!ok_) return {};
    std::span<const std::byte> taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }

  void Skip(uint64_t count) { Take(count); }

  // Whether the next bytes are those of `text`; takes them.
  bool Matches(std::string_view text) {
    std::span<const std::byte> taken = Take(text.size());
    return ok_ && std::memcmp(taken.data(), text.data(), text.size()) == 0;
  }

  // What is left; empty after a failure.
  std::span<const std::byte> Rest() const {
    return ok_ ? bytes_.subspan(position_) : std::span<const std::byte>();
  }
  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> bytes_;
  uint64_t position_;
  bool ok_;
};

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_FORMATS_KERAS_BYTE_CURSOR_H_
