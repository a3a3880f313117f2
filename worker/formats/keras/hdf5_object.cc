#include "worker/formats/keras/hdf5_object.h"

#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/keras/byte_cursor.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {
namespace {

constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
// A message that is stored elsewhere.
constexpr uint8_t kSharedFlag = 0x02;
// What a link of the symbol table holds: nothing, a group's, a soft link.
constexpr uint32_t kSoftLink = 2;
// More levels than a B-tree of any size that fits into a file.
constexpr int kMaxTreeLevel = 16;
constexpr size_t kMaxNameBytes = 1024;

absl::Status TooComplexError() {
  return DamagedHdf5Error("more objects than a file of weights has");
}

struct SymbolTable {
  uint64_t tree = 0;
  uint64_t heap = 0;
};

// The bytes that names of a group lie in.
absl::StatusOr<std::span<const std::byte>> ReadNameHeap(const Hdf5Bytes& file,
                                                        uint64_t address) {
  ByteCursor heap(file.bytes, address);
  bool matches = heap.Matches("HEAP") && heap.Read<uint8_t>() == 0;
  heap.Skip(3);
  auto size = heap.Read<uint64_t>();
  heap.Skip(8);
  auto segment = heap.Read<uint64_t>();
  ByteCursor names(file.bytes, segment);
  std::span<const std::byte> bytes = names.Take(size);
  if (!matches || !heap.ok() || !names.ok()) {
    return DamagedHdf5Error("names of a group");
  }
  return bytes;
}

absl::StatusOr<std::string> NameAt(std::span<const std::byte> heap,
                                   uint64_t offset) {
  ByteCursor cursor(heap, offset);
  std::span<const std::byte> rest = cursor.Rest();
  std::string_view text(reinterpret_cast<const char*>(rest.data()),
                        std::min(rest.size(), kMaxNameBytes + 1));
  size_t end = text.find('\0');
  if (end == std::string_view::npos) return DamagedHdf5Error("a link's name");
  return std::string(text.substr(0, end));
}

// Adds the links of one leaf.
absl::Status ReadSymbols(Hdf5Bytes& file, uint64_t address,
                         std::span<const std::byte> heap,
                         std::map<std::string, uint64_t>& links) {
  ByteCursor node(file.bytes, address);
  if (!node.Matches("SNOD") || node.Read<uint8_t>() != 1) {
    return DamagedHdf5Error("links of a group");
  }
  node.Skip(1);
  auto count = node.Read<uint16_t>();
  if (!file.Spend(count)) return TooComplexError();
  for (int i = 0; i < count; ++i) {
    auto name_offset = node.Read<uint64_t>();
    auto object = node.Read<uint64_t>();
    auto kind = node.Read<uint32_t>();
    node.Skip(4 + 16);
    if (!node.ok()) return DamagedHdf5Error("links of a group");
    if (kind == kSoftLink) continue;
    TUNESMITH_ASSIGN_OR_RETURN(std::string name, NameAt(heap, name_offset));
    links.emplace(std::move(name), object);
  }
  return absl::OkStatus();
}

// A node of the tree; its level follows from that of the one above.
absl::Status ReadTree(Hdf5Bytes& file, uint64_t address, int level,
                      std::span<const std::byte> heap,
                      std::map<std::string, uint64_t>& links) {
  ByteCursor node(file.bytes, address);
  bool matches = node.Matches("TREE") && node.Read<uint8_t>() == 0;
  int stored_level = node.Read<uint8_t>();
  auto count = node.Read<uint16_t>();
  // Siblings, and the key in front of the first child.
  node.Skip(2 * 8 + 8);
  if (level < 0) level = stored_level;
  if (!matches || !node.ok() || stored_level != level ||
      level > kMaxTreeLevel) {
    return DamagedHdf5Error("the tree of a group");
  }
  if (!file.Spend(count + 1)) return TooComplexError();
  for (int i = 0; i < count; ++i) {
    auto child = node.Read<uint64_t>();
    node.Skip(8);
    if (!node.ok()) return DamagedHdf5Error("the tree of a group");
    TUNESMITH_RETURN_IF_ERROR(
        level == 0 ? ReadSymbols(file, child, heap, links)
                   : ReadTree(file, child, level - 1, heap, links));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DamagedHdf5Error(std::string_view what) {
  return CorruptWeightsError(
      absl::StrCat("the HDF5 file is damaged: ", std::string(what)));
}

absl::StatusOr<uint64_t> RootOfHdf5(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  if (!cursor.Matches(kSignature)) {
    return CorruptWeightsError("no HDF5 file (of Keras, .h5 is taken)");
  }
  auto version = cursor.Read<uint8_t>();
  if (version > 1) {
    return CorruptWeightsError(
        absl::StrCat("the HDF5 file has a newer layout than Keras writes "
                     "(write it with h5py without libver), superblock: ",
                     static_cast<int>(version)));
  }
  cursor.Skip(4);
  auto offset_bytes = cursor.Read<uint8_t>();
  auto length_bytes = cursor.Read<uint8_t>();
  cursor.Skip(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0));
  auto base = cursor.Read<uint64_t>();
  cursor.Skip(8);
  auto end = cursor.Read<uint64_t>();
  cursor.Skip(8 + 8);
  auto root = cursor.Read<uint64_t>();
  if (!cursor.ok() || offset_bytes != 8 || length_bytes != 8 || base != 0) {
    return DamagedHdf5Error("superblock");
  }
  if (end > bytes.size()) {
    return CorruptWeightsError(absl::StrCat("truncated: the file should have ",
                                            end, " bytes, has ", bytes.size()));
  }
  return root;
}

absl::StatusOr<std::vector<Hdf5Message>> ReadHdf5Header(Hdf5Bytes& file,
                                                        uint64_t address) {
  ByteCursor prefix(file.bytes, address);
  auto version = prefix.Read<uint8_t>();
  prefix.Skip(1);
  auto count = prefix.Read<uint16_t>();
  prefix.Skip(4);
  auto size = prefix.Read<uint32_t>();
  prefix.Skip(4);
  std::deque<ByteCursor> blocks = {ByteCursor(prefix.Take(size))};
  if (!prefix.ok() || version != 1) return DamagedHdf5Error("object header");
  if (!file.Spend(count + 1)) return TooComplexError();
  std::vector<Hdf5Message> messages;
  for (int i = 0; i < count; ++i) {
    while (blocks.front().Rest().size() < 8) {
      blocks.pop_front();
      if (blocks.empty()) return DamagedHdf5Error("object header");
    }
    ByteCursor& block = blocks.front();
    Hdf5Message message{.type = block.Read<uint16_t>()};
    auto bytes = block.Read<uint16_t>();
    auto flags = block.Read<uint8_t>();
    block.Skip(3);
    message.bytes = block.Take(bytes);
    if (!block.ok()) return DamagedHdf5Error("message of an object");
    if ((flags & kSharedFlag) != 0) continue;
    if (message.type == Hdf5Message::kContinuation) {
      ByteCursor where(message.bytes);
      auto begin = where.Read<uint64_t>();
      ByteCursor there(file.bytes, begin);
      blocks.emplace_back(there.Take(where.Read<uint64_t>()));
      if (!where.ok() || !there.ok()) return DamagedHdf5Error("object header");
      continue;
    }
    messages.push_back(message);
  }
  return messages;
}

absl::StatusOr<std::map<std::string, uint64_t>> ReadHdf5Group(
    Hdf5Bytes& file, const std::vector<Hdf5Message>& header) {
  for (const Hdf5Message& message : header) {
    if (message.type == Hdf5Message::kLinkInfo) {
      return CorruptWeightsError(
          "a group of the HDF5 file has a newer layout than Keras writes "
          "(write it with h5py without libver)");
    }
    if (message.type != Hdf5Message::kSymbolTable) continue;
    ByteCursor cursor(message.bytes);
    SymbolTable table{.tree = cursor.Read<uint64_t>(),
                      .heap = cursor.Read<uint64_t>()};
    if (!cursor.ok()) return DamagedHdf5Error("symbol table");
    TUNESMITH_ASSIGN_OR_RETURN(std::span<const std::byte> names,
                               ReadNameHeap(file, table.heap));
    std::map<std::string, uint64_t> links;
    TUNESMITH_RETURN_IF_ERROR(ReadTree(file, table.tree, -1, names, links));
    return links;
  }
  return DamagedHdf5Error("a dataset where a group belongs");
}

}  // namespace tunesmith::worker
