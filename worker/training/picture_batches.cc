#include "worker/training/picture_batches.h"

#include <utility>

#include "ATen/ops/empty.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::worker {

PictureBatches::PictureBatches(const PictureReader& reader, size_t threads,
                               at::Device device)
    : BatchMaker(device),
      reader_(reader),
      loader_(threads, reader.transform().values()) {}

bool PictureBatches::IsExpected(std::span<const Example> examples,
                                const BatchUse& use) const {
  return expected_.examples == examples.data() &&
         expected_.use.training == use.training &&
         expected_.use.epoch == use.epoch;
}

void PictureBatches::Tell(std::span<const Example> examples,
                          std::vector<int32_t> order, const BatchUse& use) {
  expected_ = {examples.data(), use};
  loader_.Expect(std::move(order), [this, examples, use](
                                       int32_t index, std::span<float> values) {
    return reader_.Read(examples[static_cast<size_t>(index)], use, values);
  });
}

absl::Status PictureBatches::Expect(std::span<const Example> examples,
                                    std::span<const BatchIndices> batches,
                                    const BatchUse& use,
                                    const std::function<bool()>&) {
  std::vector<int32_t> order;
  for (const BatchIndices& batch : batches) {
    order.insert(order.end(), batch.begin(), batch.end());
  }
  Tell(examples, std::move(order), use);
  return absl::OkStatus();
}

absl::StatusOr<ClassifierInput> PictureBatches::MakeInput(
    std::span<const Example> examples, const BatchIndices& indices,
    const BatchUse& use) {
  if (!IsExpected(examples, use)) Tell(examples, indices, use);
  const int64_t size = reader_.transform().size;
  at::Tensor images_BCHW =
      at::empty({static_cast<int64_t>(indices.size()), 3, size, size},
                HostMemoryOf(device()).dtype(at::kFloat));
  TUNESMITH_RETURN_IF_ERROR(
      loader_.Take(indices, {images_BCHW.mutable_data_ptr<float>(),
                             static_cast<size_t>(images_BCHW.numel())}));
  return ClassifierInput{.images_BCHW = upload()(images_BCHW)};
}

}  // namespace tunesmith::worker
