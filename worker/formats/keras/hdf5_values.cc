#include "worker/formats/keras/hdf5_values.h"

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/keras/byte_cursor.h"
#include "worker/formats/printable.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {
namespace {

constexpr int kMaxRank = 8;
constexpr int64_t kMaxStrings = 20'000;
constexpr uint32_t kMaxStringBytes = 1024;
constexpr int kStringClass = 3;
constexpr int kVariableLengthClass = 9;
constexpr int kContiguous = 1;

// Of a datatype behind its version and class: the fields of an IEEE number of
// 32 bits, little-endian.
constexpr std::array<uint8_t, 19> kFloat32 = {
    0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 0x20, 0, 23, 8, 0, 23, 0x7f, 0, 0, 0};

uint64_t Padded(uint64_t size) { return (size + 7) / 8 * 8; }

// Extents; nothing when they are more than a tensor can have.
std::optional<std::vector<int64_t>> ParseDataspace(
    std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  auto version = cursor.Read<uint8_t>();
  auto rank = cursor.Read<uint8_t>();
  cursor.Skip(version == 1 ? 6 : 2);
  if (version < 1 || version > 2 || rank > kMaxRank) return std::nullopt;
  std::vector<int64_t> shape;
  for (int i = 0; i < rank; ++i) {
    shape.push_back(static_cast<int64_t>(cursor.Read<uint64_t>()));
    if (shape.back() < 0) return std::nullopt;
  }
  if (!cursor.ok()) return std::nullopt;
  return shape;
}

bool IsFloat32(std::span<const std::byte> datatype) {
  constexpr uint8_t kFloatClass = 1;
  if (datatype.size() < 1 + kFloat32.size()) return false;
  return (static_cast<uint8_t>(datatype[0]) & 0x0f) == kFloatClass &&
         std::memcmp(datatype.data() + 1, kFloat32.data(), kFloat32.size()) ==
             0;
}

// The parts of an attribute.
struct Attribute {
  std::string name;
  std::span<const std::byte> datatype;
  std::span<const std::byte> dataspace;
  std::span<const std::byte> data;
};

std::string TextOf(std::span<const std::byte> bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                        bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

absl::StatusOr<Attribute> ParseAttribute(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  auto version = cursor.Read<uint8_t>();
  cursor.Skip(1);
  uint64_t sizes[3];
  for (uint64_t& size : sizes) size = cursor.Read<uint16_t>();
  if (version == 3) cursor.Skip(1);
  std::span<const std::byte> parts[3];
  for (int i = 0; i < 3; ++i) {
    parts[i] = cursor.Take(sizes[i]);
    if (version == 1) cursor.Skip(Padded(sizes[i]) - sizes[i]);
  }
  if (!cursor.ok() || version < 1 || version > 3) {
    return DamagedHdf5Error("attribute");
  }
  return Attribute{.name = TextOf(parts[0]),
                   .datatype = parts[1],
                   .dataspace = parts[2],
                   .data = cursor.Rest()};
}

// Object `index` of the collection at `address`.
absl::StatusOr<std::span<const std::byte>> ReadHeapObject(Hdf5Bytes& file,
                                                          uint64_t address,
                                                          uint32_t index) {
  ByteCursor prefix(file.bytes, address);
  bool matches = prefix.Matches("GCOL") && prefix.Read<uint8_t>() == 1;
  prefix.Skip(3);
  auto size = prefix.Read<uint64_t>();
  ByteCursor objects(ByteCursor(file.bytes, address).Take(size), 16);
  while (matches && prefix.ok() && objects.ok() && file.Spend(1)) {
    auto number = objects.Read<uint16_t>();
    objects.Skip(2 + 4);
    auto bytes = objects.Read<uint64_t>();
    std::span<const std::byte> object = objects.Take(bytes);
    // The space that is free comes last.
    if (number == 0 || !objects.ok()) break;
    if (number == index) return object;
    objects.Skip(Padded(bytes) - bytes);
  }
  return DamagedHdf5Error("texts of an attribute");
}

absl::StatusOr<std::string> ReadVariableString(Hdf5Bytes& file,
                                               ByteCursor& data) {
  auto length = data.Read<uint32_t>();
  auto address = data.Read<uint64_t>();
  auto index = data.Read<uint32_t>();
  if (!data.ok()) return DamagedHdf5Error("texts of an attribute");
  if (length == 0) return std::string();
  TUNESMITH_ASSIGN_OR_RETURN(std::span<const std::byte> object,
                             ReadHeapObject(file, address, index));
  if (length > object.size() || length > kMaxStringBytes) {
    return DamagedHdf5Error("texts of an attribute");
  }
  return TextOf(object.first(length));
}

absl::StatusOr<std::vector<std::string>> StringsOf(Hdf5Bytes& file,
                                                   const Attribute& attribute) {
  std::optional<std::vector<int64_t>> shape =
      ParseDataspace(attribute.dataspace);
  ByteCursor type(attribute.datatype);
  int type_class = type.Read<uint8_t>() & 0x0f;
  int type_bits = type.Read<uint8_t>() & 0x0f;
  type.Skip(2);
  auto width = type.Read<uint32_t>();
  const bool is_list =
      shape && shape->size() == 1 && type.ok() && (*shape)[0] <= kMaxStrings;
  std::vector<std::string> strings;
  // An empty list has any type.
  if (is_list && (*shape)[0] == 0) return strings;
  const bool varies = type_class == kVariableLengthClass && type_bits == 1;
  if (!is_list || (!varies && type_class != kStringClass) ||
      (!varies && width > kMaxStringBytes)) {
    return DamagedHdf5Error(
        absl::StrCat(Printable(attribute.name), " is no list of names"));
  }
  ByteCursor data(attribute.data);
  for (int64_t i = 0; i < (*shape)[0]; ++i) {
    if (varies) {
      TUNESMITH_ASSIGN_OR_RETURN(std::string text,
                                 ReadVariableString(file, data));
      strings.push_back(std::move(text));
    } else {
      strings.push_back(TextOf(data.Take(width)));
    }
    if (!data.ok()) return DamagedHdf5Error("texts of an attribute");
  }
  return strings;
}

// The bytes of the one message of `type`; empty without it.
std::span<const std::byte> Find(const std::vector<Hdf5Message>& header,
                                Hdf5Message::Type type) {
  for (const Hdf5Message& message : header) {
    if (message.type == type) return message.bytes;
  }
  return {};
}

bool Has(const std::vector<Hdf5Message>& header, Hdf5Message::Type type) {
  return !Find(header, type).empty();
}

// Nothing when it is more than any file has.
std::optional<int64_t> ByteCount(const std::vector<int64_t>& shape) {
  int64_t bytes = sizeof(float);
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::optional<std::vector<std::string>>> ReadHdf5Strings(
    Hdf5Bytes& file, const std::vector<Hdf5Message>& header,
    const std::string& name) {
  for (const Hdf5Message& message : header) {
    if (message.type != Hdf5Message::kAttribute) continue;
    TUNESMITH_ASSIGN_OR_RETURN(Attribute attribute,
                               ParseAttribute(message.bytes));
    if (attribute.name != name) continue;
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> strings,
                               StringsOf(file, attribute));
    return strings;
  }
  return std::nullopt;
}

absl::StatusOr<Hdf5Dataset> ReadHdf5Dataset(
    const Hdf5Bytes& file, const std::vector<Hdf5Message>& header) {
  if (!IsFloat32(Find(header, Hdf5Message::kDatatype))) {
    return CorruptWeightsError(
        "no array of little-endian floating-point numbers of 32 bits");
  }
  ByteCursor layout(Find(header, Hdf5Message::kLayout));
  auto version = layout.Read<uint8_t>();
  auto layout_class = layout.Read<uint8_t>();
  auto begin = layout.Read<uint64_t>();
  auto size = layout.Read<uint64_t>();
  if (!layout.ok() || version < 3 || version > 4 ||
      layout_class != kContiguous || Has(header, Hdf5Message::kFilters) ||
      Has(header, Hdf5Message::kExternalFiles)) {
    return CorruptWeightsError(
        "compressed, in chunks or in another file (save the weights with "
        "Keras' save_weights)");
  }
  std::optional<std::vector<int64_t>> shape =
      ParseDataspace(Find(header, Hdf5Message::kDataspace));
  if (!shape) return DamagedHdf5Error("extents");
  // Products of extents that are in the file do not overflow afterwards.
  for (int64_t extent : *shape) {
    if (extent == 0) return DamagedHdf5Error("an array without elements");
  }
  std::optional<int64_t> bytes = ByteCount(*shape);
  ByteCursor data(file.bytes, begin);
  if (!bytes || static_cast<uint64_t>(*bytes) > size) {
    return DamagedHdf5Error("extents and size of an array disagree");
  }
  Hdf5Dataset dataset{.shape = *std::move(shape),
                      .bytes = data.Take(static_cast<uint64_t>(*bytes))};
  if (!data.ok()) return DamagedHdf5Error("an array outside the file");
  return dataset;
}

}  // namespace tunesmith::worker
