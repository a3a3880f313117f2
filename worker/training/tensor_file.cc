#include "worker/training/tensor_file.h"

#include <cstring>
#include <map>
#include <memory>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/safetensors_file.h"
#include "worker/formats/safetensors_writer.h"
#include "worker/kernels/transfer.h"

namespace tunesmith::worker {
namespace {

TensorType TypeOf(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kLong ? TensorType::kI64
                                           : TensorType::kF32;
}

void CopyBytes(std::span<const std::byte> bytes, at::Tensor target) {
  if (bytes.empty()) return;
  at::Tensor source =
      target.is_cpu() && target.is_contiguous()
          ? target
          : at::empty(target.sizes(), at::TensorOptions(target.scalar_type()));
  std::memcpy(source.mutable_data_ptr(), bytes.data(), bytes.size());
  if (!source.is_same(target)) target.copy_(source);
}

}  // namespace

absl::Status WriteTensors(const std::string& path,
                          std::span<const NamedTensor> tensors) {
  // All at once, so that a device is waited for once.
  std::vector<Readback> values;
  for (const NamedTensor& tensor : tensors) values.emplace_back(tensor.value);
  std::vector<TensorToWrite> entries;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor& value = values[i].Get();
    entries.push_back(
        {.name = tensors[i].name,
         .type = TypeOf(value),
         .shape = value.sizes().vec(),
         .bytes = {static_cast<const std::byte*>(value.const_data_ptr()),
                   static_cast<size_t>(value.nbytes())}});
  }
  return WriteSafetensors(path, std::move(entries));
}

absl::StatusOr<std::set<std::string>> TensorNames(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsFile> file,
                             SafetensorsFile::Open(path));
  std::set<std::string> names;
  for (const SafetensorsEntry& entry : file->entries()) {
    names.insert(entry.name);
  }
  return names;
}

absl::Status ReadTensorsInto(const std::string& path,
                             std::span<const NamedTensor> targets) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<SafetensorsFile> file,
                             SafetensorsFile::Open(path));
  std::map<std::string, const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : file->entries()) {
    entries[entry.name] = &entry;
  }
  for (const NamedTensor& target : targets) {
    auto found = entries.find(target.name);
    bool fits = found != entries.end() &&
                found->second->type == TypeOf(target.value) &&
                found->second->shape == target.value.sizes().vec();
    if (!fits) {
      return CorruptWeightsError(
          absl::StrCat("missing or of another shape: ", target.name));
    }
  }
  at::NoGradGuard no_gradients;
  for (const NamedTensor& target : targets) {
    CopyBytes(file->Bytes(*entries.at(target.name)), target.value.detach());
  }
  return absl::OkStatus();
}

}  // namespace tunesmith::worker
