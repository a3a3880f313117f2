#include "worker/formats/safetensors_writer.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/file_writer.h"

namespace tunesmith::worker {
namespace {

absl::Status Check(const std::vector<TensorToWrite>& sorted) {
  for (size_t i = 0; i < sorted.size(); ++i) {
    const TensorToWrite& tensor = sorted[i];
    if (i > 0 && sorted[i - 1].name == tensor.name) {
      return absl::InvalidArgumentError(
          absl::StrCat("two tensors are named ", tensor.name));
    }
    int64_t bytes = TensorTypeBytes(tensor.type);
    for (int64_t extent : tensor.shape) bytes *= extent;
    if (bytes != static_cast<int64_t>(tensor.bytes.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", tensor.name, " has ", tensor.bytes.size(),
                       " bytes, its shape says ", bytes));
    }
  }
  return absl::OkStatus();
}

// Length, document and the filling that aligns the data to 8 bytes.
std::string SerializeHeader(const std::vector<TensorToWrite>& sorted) {
  nlohmann::json header;
  header["__metadata__"] = {{"format", "pt"}};
  size_t position = 0;
  for (const TensorToWrite& tensor : sorted) {
    size_t end = position + tensor.bytes.size();
    header[tensor.name] = {{"dtype", TensorTypeName(tensor.type)},
                           {"shape", tensor.shape},
                           {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string prefix;
  for (int i = 0; i < 8; ++i) {
    prefix += static_cast<char>(static_cast<uint64_t>(text.size()) >> (8 * i));
  }
  return prefix + text;
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path,
                              std::vector<TensorToWrite> tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorToWrite& a, const TensorToWrite& b) {
              return a.name < b.name;
            });
  TUNESMITH_RETURN_IF_ERROR(Check(tensors));
  std::string header = SerializeHeader(tensors);
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<FileWriter> file,
                             FileWriter::Create(path));
  TUNESMITH_RETURN_IF_ERROR(
      file->Append(std::as_bytes(std::span(header.data(), header.size()))));
  for (const TensorToWrite& tensor : tensors) {
    TUNESMITH_RETURN_IF_ERROR(file->Append(tensor.bytes));
  }
  return file->Close();
}

}  // namespace tunesmith::worker
