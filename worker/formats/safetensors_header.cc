#include "worker/formats/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/printable.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// More axes than any network has.
constexpr size_t kMaxRank = 16;

// Reads a header event by event, so that no document of hostile size or depth
// is ever built. The document may only be
// {name: {"dtype": string, "shape": [...], "data_offsets": [begin, end]}} and
// {"__metadata__": {key: string}}.
class HeaderReader : public json::json_sax_t {
 public:
  std::vector<SafetensorsEntry> TakeEntries() { return std::move(entries_); }
  const std::string& error() const { return error_; }

  bool start_object(std::size_t) override {
    ++depth_;
    if (depth_ == 1) return true;
    if (depth_ == 2) {
      in_metadata_ = name_ == "__metadata__";
      if (!in_metadata_) {
        entries_.emplace_back().name = name_;
        type_.reset();
        shape_seen_ = offsets_seen_ = false;
      }
      return true;
    }
    return Fail("an object where none belongs");
  }

  bool end_object() override {
    --depth_;
    if (depth_ != 1 || in_metadata_) return true;
    if (!type_ || !shape_seen_ || !offsets_seen_) {
      return Fail("dtype, shape or data_offsets is missing");
    }
    entries_.back().type = *type_;
    return true;
  }

  bool key(json::string_t& text) override {
    if (depth_ == 1) {
      name_ = text;
      if (!names_.insert(text).second) return Fail("named twice");
      return true;
    }
    field_ = text;
    if (in_metadata_) return true;
    bool* seen = text == "shape"          ? &shape_seen_
                 : text == "data_offsets" ? &offsets_seen_
                                          : nullptr;
    if (seen == nullptr && text != "dtype") {
      return Fail(absl::StrCat("unknown field ", Printable(text)));
    }
    if (seen != nullptr ? *seen : type_.has_value()) {
      return Fail(absl::StrCat("two fields ", text));
    }
    if (seen != nullptr) *seen = true;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ != 2 || in_metadata_ || in_array_ || field_ == "dtype") {
      return Fail("an array where none belongs");
    }
    in_array_ = true;
    offset_count_ = 0;
    return true;
  }

  bool end_array() override {
    in_array_ = false;
    if (field_ == "data_offsets" && offset_count_ != 2) {
      return Fail("data_offsets is not a pair");
    }
    return true;
  }

  bool string(json::string_t& text) override {
    if (depth_ == 2 && in_metadata_) return true;
    if (depth_ != 2 || in_array_ || field_ != "dtype") {
      return Fail("a string where none belongs");
    }
    type_ = ParseTensorType(text);
    if (!type_) {
      return Fail(absl::StrCat("unknown dtype ", Printable(text)));
    }
    return true;
  }

  bool number_unsigned(json::number_unsigned_t value) override {
    if (!in_array_) return Fail("a number where none belongs");
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Fail("a number beyond 2^63");
    }
    SafetensorsEntry& entry = entries_.back();
    if (field_ == "shape") {
      if (entry.shape.size() == kMaxRank) return Fail("too many axes");
      entry.shape.push_back(static_cast<int64_t>(value));
      return true;
    }
    (offset_count_ == 0 ? entry.begin : entry.end) =
        static_cast<int64_t>(value);
    return ++offset_count_ <= 2 || Fail("data_offsets is not a pair");
  }

  bool number_integer(json::number_integer_t) override {
    return Fail("a negative number");
  }
  bool number_float(json::number_float_t, const json::string_t&) override {
    return Fail("a number that is not whole");
  }
  bool null() override { return Fail("null"); }
  bool boolean(bool) override { return Fail("a truth value"); }
  bool binary(json::binary_t&) override { return Fail("binary data"); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    if (error_.empty()) {
      error_ = absl::StrCat("header is not JSON at byte ", position);
    }
    return false;
  }

 private:
  bool Fail(std::string_view problem) {
    error_ = absl::StrCat("header: tensor ", Printable(name_), ": ",
                          std::string(problem));
    return false;
  }

  std::vector<SafetensorsEntry> entries_;
  std::unordered_set<std::string> names_;
  std::string error_;
  int depth_ = 0;
  bool in_metadata_ = false;
  bool in_array_ = false;
  std::string name_;
  std::string field_;
  std::optional<TensorType> type_;
  bool shape_seen_ = false;
  bool offsets_seen_ = false;
  int offset_count_ = 0;
};

// Bytes of a tensor, or nothing when they exceed 2^63 - 1.
std::optional<int64_t> ByteCount(const SafetensorsEntry& entry) {
  int64_t bytes = TensorTypeBytes(entry.type);
  for (int64_t extent : entry.shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

absl::Status CheckLayout(const std::vector<SafetensorsEntry>& entries,
                         int64_t data_bytes) {
  int64_t position = 0;
  for (const SafetensorsEntry& entry : entries) {
    std::string where =
        absl::StrCat("tensor ", Printable(entry.name), " at bytes ",
                     entry.begin, " to ", entry.end);
    if (entry.begin > entry.end || entry.end > data_bytes) {
      return CorruptWeightsError(absl::StrCat(
          where, " lies outside the file's ", data_bytes, " data bytes"));
    }
    if (ByteCount(entry) != entry.end - entry.begin) {
      return CorruptWeightsError(
          absl::StrCat(where, " has another size than its shape and type"));
    }
    if (entry.begin != position) {
      return CorruptWeightsError(absl::StrCat(
          where, entry.begin < position ? " overlaps" : " leaves a gap after",
          " the tensor before, which ends at ", position));
    }
    position = entry.end;
  }
  if (position != data_bytes) {
    return CorruptWeightsError(absl::StrCat(
        data_bytes - position, " bytes after the last tensor belong to none"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CorruptWeightsError(std::string_view message) {
  return ReasonedError(absl::StatusCode::kInvalidArgument, "CORRUPT_WEIGHTS",
                       message);
}

absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(
    std::string_view text, int64_t data_bytes) {
  // Scalars and arrays at the top would reach the reader's callbacks at depth
  // 0; the format demands that the first byte opens an object.
  if (text.empty() || text.front() != '{') {
    return CorruptWeightsError("header does not begin with {");
  }
  HeaderReader reader;
  if (!json::sax_parse(text, &reader)) {
    return CorruptWeightsError(reader.error());
  }
  std::vector<SafetensorsEntry> entries = reader.TakeEntries();
  std::sort(entries.begin(), entries.end(),
            [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
              return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
            });
  TUNESMITH_RETURN_IF_ERROR(CheckLayout(entries, data_bytes));
  return entries;
}

}  // namespace tunesmith::worker
