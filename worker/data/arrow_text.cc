#include "worker/data/arrow_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "arrow/array.h"
#include "arrow/scalar.h"
#include "arrow/type.h"
#include "proto/contract/base/utf8.h"
#include "worker/data/byte_source.h"

namespace tunesmith::worker {
namespace {

template <typename ArrayType>
Cell ViewCell(const arrow::Array& array, int64_t i) {
  return Cell{.text =
                  std::string(static_cast<const ArrayType&>(array).GetView(i))};
}

// Whether bytes read as a text that people wrote.
bool LooksLikeText(std::string_view bytes) {
  return IsUtf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           return absl::ascii_iscntrl(c) && !absl::ascii_isspace(c);
         });
}

// Bytes that a writer did not call a text, though most often they are one.
template <typename ArrayType>
Cell BytesCell(const arrow::Array& array, int64_t i) {
  const std::string_view bytes =
      static_cast<const ArrayType&>(array).GetView(i);
  return LooksLikeText(bytes) ? Cell{.text = std::string(bytes)}
                              : Cell{.opaque = true};
}

template <typename Float>
Cell FloatCell(Float value) {
  if (std::isnan(value)) return Cell{};
  char buffer[64];
  std::to_chars_result end =
      std::to_chars(buffer, buffer + sizeof(buffer), value);
  std::string text(buffer, end.ptr);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return Cell{.text = std::move(text)};
}

absl::StatusOr<Cell> DictionaryCell(const arrow::DictionaryArray& array,
                                    int64_t i) {
  int64_t index = array.GetValueIndex(i);
  if (index < 0 || index >= array.dictionary()->length()) {
    return MalformedFileError(
        absl::StrCat("a dictionary lacks the value with index ", index));
  }
  return ArrowCell(*array.dictionary(), index);
}

// Dates, times, decimals and small floats: Arrow's own text.
Cell ScalarCell(const arrow::Array& array, int64_t i) {
  arrow::Result<std::shared_ptr<arrow::Scalar>> scalar = array.GetScalar(i);
  if (!scalar.ok()) return Cell{.opaque = true};
  return Cell{.text = (*scalar)->ToString()};
}

}  // namespace

absl::StatusOr<Cell> ArrowCell(const arrow::Array& array, int64_t i) {
  if (array.IsNull(i)) return Cell{};
  switch (array.type_id()) {
    case arrow::Type::NA:
      return Cell{};
    case arrow::Type::STRING:
      return ViewCell<arrow::StringArray>(array, i);
    case arrow::Type::LARGE_STRING:
      return ViewCell<arrow::LargeStringArray>(array, i);
    case arrow::Type::STRING_VIEW:
      return ViewCell<arrow::StringViewArray>(array, i);
    case arrow::Type::BINARY:
      return BytesCell<arrow::BinaryArray>(array, i);
    case arrow::Type::LARGE_BINARY:
      return BytesCell<arrow::LargeBinaryArray>(array, i);
    case arrow::Type::BOOL:
      return Cell{.text =
                      static_cast<const arrow::BooleanArray&>(array).Value(i)
                          ? "true"
                          : "false"};
    case arrow::Type::FLOAT:
      return FloatCell(static_cast<const arrow::FloatArray&>(array).Value(i));
    case arrow::Type::DOUBLE:
      return FloatCell(static_cast<const arrow::DoubleArray&>(array).Value(i));
    case arrow::Type::DICTIONARY:
      return DictionaryCell(static_cast<const arrow::DictionaryArray&>(array),
                            i);
    default:
      break;
  }
  arrow::Type::type id = array.type_id();
  if (arrow::is_integer(id) || arrow::is_temporal(id) ||
      arrow::is_decimal(id) || id == arrow::Type::HALF_FLOAT) {
    return ScalarCell(array, i);
  }
  return Cell{.opaque = true};
}

}  // namespace tunesmith::worker
