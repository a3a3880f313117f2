#ifndef TUNESMITH_PROTO_CONTRACT_BASE_UTF8_H_
#define TUNESMITH_PROTO_CONTRACT_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Text that crosses a process boundary is UTF-8: a Protobuf string with other
// bytes makes the receiver refuse the whole message.

namespace tunesmith {

// Whether `text` is well-formed UTF-8 (Unicode, table 3-7).
bool IsUtf8(std::string_view text);

// `text` with U+FFFD in place of every byte that is not part of a well-formed
// character.
std::string ToUtf8(std::string_view text);

// A character and the bytes that it takes; what is no well-formed character
// takes one.
struct Utf8Character {
  uint32_t code = 0;
  size_t bytes = 1;
  bool valid = false;
};

// What `text`, which is not empty, begins with.
Utf8Character FirstCharacter(std::string_view text);

// The longest beginning of at most `max_bytes` that ends at a character.
std::string_view CutAtCharacter(std::string_view text, size_t max_bytes);

}  // namespace tunesmith

#endif  // TUNESMITH_PROTO_CONTRACT_BASE_UTF8_H_
