#include "worker/training/feature_batches.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <iterator>
#include <set>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "proto/artifact/sha256.h"
#include "proto/contract/base/status_macros.h"
#include "worker/training/autocast.h"
#include "worker/training/evaluator.h"

namespace tunesmith::worker {
namespace {

// Features that are collected before they are stored.
constexpr size_t kBlockBytes = 64 << 20;
// Passes that a device may be behind.
constexpr size_t kMaxPasses = 4;
// Rows of a pass; more, where they would leave a GPU without work.
constexpr size_t kRows = 8, kRowsOfGpu = 64;

// Of an encoder and its buffers, names and values.
std::string DigestOfBody(const Classifier& model) {
  Sha256 digest;
  // All at once, so that a device is waited for once.
  std::vector<std::pair<std::string, Readback>> values;
  for (const auto& item : model.encoder().named_parameters()) {
    values.emplace_back(item.key(), Readback(item.value()));
  }
  for (const auto& item : model.encoder().named_buffers()) {
    values.emplace_back(item.key(), Readback(item.value()));
  }
  for (const auto& [name, reading] : values) {
    const at::Tensor& value = reading.Get();
    digest.Update(name);
    digest.Update({static_cast<const char*>(value.const_data_ptr()),
                   static_cast<size_t>(value.nbytes())});
  }
  return digest.HexDigest();
}

// What a sample is, whatever row it stands in.
std::string ContentOf(const Example& example) {
  if (!example.picture.digest.empty()) return example.picture.digest;
  return Sha256Hex({reinterpret_cast<const char*>(example.token_ids.data()),
                    example.token_ids.size() * sizeof(example.token_ids[0])});
}

}  // namespace

FeatureBatches::FeatureBatches(std::shared_ptr<Classifier> model,
                               std::unique_ptr<BatchMaker> source,
                               Options options,
                               std::function<void(const std::string&)> log)
    : BatchMaker(source->device()),
      model_(std::move(model)),
      source_(std::move(source)),
      options_(std::move(options)),
      rows_(device().is_cuda() ? kRowsOfGpu : kRows),
      log_(std::move(log)) {}

FeatureBatches::~FeatureBatches() = default;

void FeatureBatches::Forget() {
  ready_ = false;
  cache_.reset();
  shape_.clear();
  computed_ = {};
  in_memory_.clear();
  kept_.clear();
}

void FeatureBatches::OpenCache() {
  if (ready_) return;
  ready_ = true;
  const FeatureOptions& features = options_.features;
  if (!features.cache || features.directory.empty()) return;
  const std::string network = Sha256Hex(absl::StrCat(
      DigestOfBody(*model_), "\n", options_.precision == Precision::kBf16, "\n",
      options_.circumstances));
  absl::StatusOr<std::unique_ptr<FeatureCache>> cache =
      FeatureCache::Open(features.directory, network, features.max_bytes);
  if (!cache.ok()) {
    log_(absl::StrCat("features are not kept: ",
                      std::string(cache.status().message())));
    return;
  }
  cache_ = *std::move(cache);
  shape_ = cache_->shape();
}

BatchUse FeatureBatches::ViewOf(const BatchUse& use) const {
  if (!use.training || !options_.varied) return {};
  return {.training = true, .epoch = use.epoch % options_.features.views};
}

SampleKey FeatureBatches::KeyOf(const Example& example,
                                const BatchUse& use) const {
  const BatchUse view = ViewOf(use);
  const Precision precision = PrecisionOf(use);
  return absl::HexStringToBytes(Sha256Hex(
      absl::StrCat(ContentOf(example), "\n",
                   view.training ? absl::StrCat(view.epoch) : "evaluated",
                   precision == Precision::kFp32 ? "" : "\nrounded")));
}

Precision FeatureBatches::PrecisionOf(const BatchUse& use) const {
  return use.training ? options_.precision : Precision::kFp32;
}

std::span<const std::byte> FeatureBatches::Find(const SampleKey& key) const {
  if (auto found = in_memory_.find(key); found != in_memory_.end()) {
    return found->second;
  }
  return cache_ == nullptr ? std::span<const std::byte>() : cache_->Find(key);
}

absl::StatusOr<FeatureBatches::Pass> FeatureBatches::Begin(
    std::span<const Example> examples, const BatchIndices& indices,
    const BatchUse& use) {
  at::NoGradGuard no_gradients;
  BatchIndices rows = indices;
  // The rest are dummies.
  rows.resize(rows_, indices[0]);
  TUNESMITH_ASSIGN_OR_RETURN(ClassifierInput input,
                             source_->MakeInput(examples, rows, ViewOf(use)));
  const PrecisionGuard precision(device(), PrecisionOf(use));
  Pass pass{.samples = {},
            .features = Readback(model_->Features(input, {}).to(at::kFloat))};
  for (int32_t index : indices) {
    pass.samples.push_back(KeyOf(examples[static_cast<size_t>(index)], use));
  }
  return pass;
}

void FeatureBatches::Take(Pass pass) {
  const at::Tensor& features = pass.features.Get();
  shape_.assign(features.sizes().begin() + 1, features.sizes().end());
  const float* values = features.const_data_ptr<float>();
  const size_t width = static_cast<size_t>(features.numel()) / rows_;
  computed_.values.insert(computed_.values.end(), values,
                          values + pass.samples.size() * width);
  std::move(pass.samples.begin(), pass.samples.end(),
            std::back_inserter(computed_.samples));
  if (computed_.values.size() * sizeof(float) >= kBlockBytes) Store();
}

void FeatureBatches::Store() {
  Computed computed = std::exchange(computed_, {});
  if (computed.samples.empty()) return;
  if (cache_ != nullptr) {
    absl::Status status =
        cache_->Add(computed.samples, shape_, computed.values);
    if (status.ok()) return;
    log_(absl::StrCat("features are kept in memory only: ",
                      std::string(status.message())));
  }
  const std::vector<float>& block =
      kept_.emplace_back(std::move(computed.values));
  const size_t width = block.size() / computed.samples.size();
  for (size_t i = 0; i < computed.samples.size(); ++i) {
    in_memory_[computed.samples[i]] =
        std::as_bytes(std::span(block).subspan(i * width, width));
  }
}

absl::Status FeatureBatches::ComputeAll(
    std::span<const Example> examples, const BatchIndices& missing,
    const BatchUse& use, const std::function<bool()>& should_stop) {
  log_(absl::StrCat("computes features of ", missing.size(), " samples"));
  const std::vector<int32_t> lengths = LengthsOf(examples);
  std::vector<BatchIndices> groups;
  for (int32_t index : missing) {
    const bool fits = !groups.empty() && groups.back().size() < rows_ &&
                      lengths[static_cast<size_t>(groups.back()[0])] ==
                          lengths[static_cast<size_t>(index)];
    if (!fits) groups.emplace_back();
    groups.back().push_back(index);
  }
  TUNESMITH_RETURN_IF_ERROR(
      source_->Expect(examples, groups, ViewOf(use), should_stop));
  // Passes that a device may be behind, in order.
  std::deque<Pass> passes;
  auto take = [&](size_t most_left) {
    while (passes.size() > most_left) {
      Take(std::move(passes.front()));
      passes.pop_front();
    }
  };
  bool stopped = false;
  for (const BatchIndices& group : groups) {
    stopped = should_stop();
    if (stopped) break;
    TUNESMITH_ASSIGN_OR_RETURN(Pass pass, Begin(examples, group, use));
    passes.push_back(std::move(pass));
    take(device().is_cpu() ? 0 : kMaxPasses);
  }
  take(0);
  Store();
  return stopped ? StoppedError() : absl::OkStatus();
}

absl::Status FeatureBatches::Prepare(std::span<const Example> examples,
                                     std::span<const BatchIndices> batches,
                                     const BatchUse& use,
                                     const std::function<bool()>& should_stop) {
  if (model_->BodyTrains() || !options_.features.cache) {
    return absl::OkStatus();
  }
  return Ensure(examples, batches, use, should_stop);
}

absl::Status FeatureBatches::Expect(std::span<const Example> examples,
                                    std::span<const BatchIndices> batches,
                                    const BatchUse& use,
                                    const std::function<bool()>& should_stop) {
  if (model_->BodyTrains()) {
    Forget();
    return source_->Expect(examples, batches, use, should_stop);
  }
  if (!options_.features.cache) Forget();
  return Ensure(examples, batches, use, should_stop);
}

absl::Status FeatureBatches::Ensure(std::span<const Example> examples,
                                    std::span<const BatchIndices> batches,
                                    const BatchUse& use,
                                    const std::function<bool()>& should_stop) {
  OpenCache();
  std::set<SampleKey> seen;
  BatchIndices missing;
  for (const BatchIndices& batch : batches) {
    for (int32_t index : batch) {
      SampleKey key = KeyOf(examples[static_cast<size_t>(index)], use);
      if (Find(key).empty() && seen.insert(std::move(key)).second) {
        missing.push_back(index);
      }
    }
  }
  if (missing.empty()) return absl::OkStatus();
  std::sort(missing.begin(), missing.end(), [examples](int32_t a, int32_t b) {
    auto length = [examples](int32_t index) {
      return examples[static_cast<size_t>(index)].token_ids.size();
    };
    return std::pair(length(a), a) < std::pair(length(b), b);
  });
  return ComputeAll(examples, missing, use, should_stop);
}

absl::StatusOr<ClassifierInput> FeatureBatches::MakeInput(
    std::span<const Example> examples, const BatchIndices& indices,
    const BatchUse& use) {
  if (model_->BodyTrains()) return source_->MakeInput(examples, indices, use);
  TUNESMITH_RETURN_IF_ERROR(
      Ensure(examples, {&indices, 1}, use, [] { return false; }));
  std::vector<int64_t> extents = {static_cast<int64_t>(indices.size())};
  extents.insert(extents.end(), shape_.begin(), shape_.end());
  at::Tensor features =
      at::empty(extents, HostMemoryOf(device()).dtype(at::kFloat));
  auto* target = static_cast<std::byte*>(features.mutable_data_ptr());
  for (int32_t index : indices) {
    std::span<const std::byte> values =
        Find(KeyOf(examples[static_cast<size_t>(index)], use));
    std::memcpy(target, values.data(), values.size());
    target += values.size();
  }
  return ClassifierInput{.features = upload()(features)};
}

}  // namespace tunesmith::worker
