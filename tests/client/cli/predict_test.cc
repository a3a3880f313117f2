#include <algorithm>
#include <string>
#include <vector>

#include "proto/contract/error.h"
#include "tests/client/cli/command_line_fixture.h"

namespace tunesmith::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class PredictCommandTest : public CommandLineTest {
 protected:
  PredictCommandTest() {
    server_.models.get = [this](const v1::GetModelRequest& request,
                                v1::Model& model) {
      model.set_name(request.name());
      if (takes_pictures_) model.mutable_image_input()->set_size(224);
      return absl::OkStatus();
    };
    server_.predictions.predict =
        [this](testing::FakePredictionService::Stream& stream) {
          v1::PredictRequest request;
          while (stream.Read(&request)) {
            v1::PredictResponse response;
            for (const v1::Sample& sample : request.samples()) {
              Answer(sample, *response.add_predictions());
            }
            requests_.push_back(request);
            stream.Write(response);
          }
          return absl::OkStatus();
        };
  }

  static void Answer(const v1::Sample& sample, v1::Prediction& prediction) {
    if (sample.text() == "bad") {
      prediction.mutable_error()->set_code(3);
      prediction.mutable_error()->set_message("the text is empty");
      return;
    }
    v1::Prediction::LabelScore& score = *prediction.add_scores();
    score.set_label(sample.has_image() ? sample.image()
                                       : "of " + sample.text());
    score.set_score(0.75);
  }

  bool takes_pictures_ = false;
  std::vector<v1::PredictRequest> requests_;
};

TEST_F(PredictCommandTest, TextsAreAnsweredInTheirOrder) {
  ASSERT_EQ(Run({"predict", "intents", "one", "two\x1b[2J", "--top", "1"}), 0)
      << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("one"), HasSubstr("of one 0.7500"),
                           Not(HasSubstr("\x1b"))));
  EXPECT_LT(out().find("of one"), out().find("of two"));
  ASSERT_THAT(requests_, SizeIs(1));
  EXPECT_EQ(requests_[0].model(), "models/intents");
  EXPECT_EQ(requests_[0].top_k(), 1);
}

TEST_F(PredictCommandTest, AnEmptyLineKeepsItsPlace) {
  ASSERT_EQ(Run({"predict", "intents", "--file",
                 scratch_.Write("lines.txt", "one\n\ntwo\n"), "--json"}),
            0)
      << err();
  ASSERT_THAT(requests_, SizeIs(1));
  ASSERT_EQ(requests_[0].samples_size(), 3);
  EXPECT_TRUE(requests_[0].samples(1).has_text());
  EXPECT_EQ(requests_[0].samples(2).text(), "two");
}

TEST_F(PredictCommandTest, AFileForAModelOfTextsIsTakenAsATextAndSaysSo) {
  const std::string path = scratch_.Write("picture.jpg", "x");
  ASSERT_EQ(Run({"predict", "intents", path}), 0) << err();
  EXPECT_THAT(err(), HasSubstr("picture.jpg is taken as a text"));
  EXPECT_EQ(requests_[0].samples(0).text(), path);
}

TEST_F(PredictCommandTest, LinesOfAFileAreSentInSeveralRequests) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "line " + std::to_string(i) + "\r\n";
  ASSERT_EQ(Run({"predict", "intents", "--file",
                 scratch_.Write("lines.txt", lines), "--json"}),
            0)
      << err();
  ASSERT_THAT(requests_, SizeIs(2));
  EXPECT_EQ(requests_[0].samples(1).text(), "line 1");
  EXPECT_EQ(requests_[1].model(), "") << "the first message names it";
  EXPECT_FALSE(requests_[0].has_top_k());
  const std::string answers = out();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 100);
  EXPECT_THAT(answers, HasSubstr("\"of line 99\""));
}

TEST_F(PredictCommandTest, FoldersOfPicturesAreGoneThrough) {
  takes_pictures_ = true;
  std::filesystem::create_directories(scratch_ / "in/deeper");
  scratch_.Write("in/deeper/b.png", "picture b");
  scratch_.Write("in/a.png", "picture a");
  scratch_.Write("in/.hidden", "not this");
  ASSERT_EQ(Run({"predict", "models/ants", scratch_ / "in"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("picture a"), HasSubstr("picture b"),
                           Not(HasSubstr("not this"))));
}

TEST_F(PredictCommandTest, WhatCannotBeUsedIsSaidAndCounted) {
  EXPECT_EQ(Run({"predict", "intents", "good", "bad"}), 5);
  EXPECT_THAT(out(), AllOf(HasSubstr("of good"),
                           HasSubstr("error: the text is empty")));
  EXPECT_THAT(err(), HasSubstr("could not be used: 1"));
}

TEST_F(PredictCommandTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(Run({"predict", "intents", "--file", "/nowhere.txt"}), 3);
  EXPECT_THAT(err(), HasSubstr("/nowhere.txt"));
  takes_pictures_ = true;
  EXPECT_EQ(Run({"predict", "intents", "/nowhere.png"}), 3);
  EXPECT_THAT(err(), HasSubstr("/nowhere.png"));
  EXPECT_EQ(Run({"predict", "intents"}), 2);
}

TEST_F(PredictCommandTest, TheServersErrorIsTheCommands) {
  server_.predictions.predict = [](auto&) {
    return MakeError(absl::StatusCode::kDeadlineExceeded,
                     v1::ERROR_REASON_NO_WORKER_IN_TIME, "none was free");
  };
  EXPECT_EQ(Run({"predict", "intents", "one"}), 5);
  EXPECT_THAT(err(), HasSubstr("NO_WORKER_IN_TIME"));
}

}  // namespace
}  // namespace tunesmith::cli
