#include "worker/report/report.h"

#include <limits>
#include <regex>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tunesmith::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHostile[] = "<script>alert(1)</script>\" onload='x' &amp;";

// A run that owns what FinishedRun refers to.
struct SampleRun {
  explicit SampleRun(std::vector<std::string> names = {"ham", "spam"})
      : labels(std::move(names)),
        class_weights(labels.size(), 1.0),
        training_counts(labels.size(), 40) {
    item.set_attempt(1);
    internal::v1::TrainWork& work = *item.mutable_train();
    work.set_job("jobs/intents");
    work.mutable_base_model()->set_name("models/tiny");
    work.mutable_base_model()->mutable_artifact()->set_manifest_sha256("abc1");
    work.mutable_training()->set_name("datasets/mail");
    work.mutable_spec()->mutable_task()->mutable_text_classification();
    work.mutable_spec()->set_seed(42);
    work.mutable_spec()->mutable_hyperparameters()->set_batch_size(8);
    work.mutable_spec()->mutable_evaluation()->set_primary_metric(
        v1::EvaluationPolicy::MACRO_F1);
    work.add_defaulted_fields("seed");
    execution.set_device("cpu");
    for (int step = 1; step <= 30; ++step) {
      result.curve.push_back({step, 1, 1.0 / step, 1e-3});
    }
    result.steps = 30;
    result.best_step = 20;
    for (auto [phase, step, f1] :
         {std::tuple(v1::Evaluation::BASELINE, 0, 0.25),
          std::tuple(v1::Evaluation::EPOCH, 10, 0.5),
          std::tuple(v1::Evaluation::EPOCH, 20, 0.875),
          std::tuple(v1::Evaluation::EPOCH, 30, 0.75),
          std::tuple(v1::Evaluation::FINAL, 20, 0.875)}) {
      AddEvaluation(phase, v1::VALIDATION, step, f1);
    }
  }

  v1::Evaluation& AddEvaluation(v1::Evaluation::Phase phase, v1::Split split,
                                int64_t step, double macro_f1) {
    EvaluationFigures& figures = result.evaluations.emplace_back();
    figures.confusions = {{.label = 0, .guess = 1, .count = 3}};
    figures.confusion_count = 1;
    v1::Evaluation& evaluation = evaluations.emplace_back();
    evaluation.set_phase(phase);
    evaluation.set_split(split);
    evaluation.set_step(step);
    evaluation.set_macro_f1(macro_f1);
    for (const std::string& label : labels) {
      evaluation.add_classes()->set_label(label);
      evaluation.mutable_classes()->rbegin()->set_support(10);
    }
    for (size_t i = 0; i < labels.size() * labels.size(); ++i) {
      evaluation.add_confusion_matrix(i % (labels.size() + 1) == 0 ? 7 : 3);
    }
    return evaluation;
  }

  std::string Render() const {
    return RenderReport({.item = item,
                         .execution = execution,
                         .labels = labels,
                         .class_weights = class_weights,
                         .training_counts = training_counts,
                         .training_rows = 80,
                         .validation_rows = 20,
                         .data = data,
                         .findings = findings,
                         .result = result,
                         .evaluations = evaluations,
                         .mistakes = mistakes});
  }

  internal::v1::WorkItem item;
  v1::Execution execution;
  std::vector<std::string> labels;
  std::vector<double> class_weights;
  std::vector<int64_t> training_counts;
  std::vector<v1::DataSummary> data;
  std::vector<v1::Finding> findings;
  TrainingResult result;
  std::vector<v1::Evaluation> evaluations;
  std::vector<SplitMistakes> mistakes;
};

TEST(ReportTest, BeginsWithWhatCameOfTheRun) {
  std::string html = SampleRun().Render();
  EXPECT_THAT(html, HasSubstr("<h1>jobs/intents</h1>"));
  EXPECT_THAT(html,
              HasSubstr("models/tiny, fine-tuned for text classification"));
  EXPECT_THAT(html, HasSubstr("macro F1 0.2500 → 0.8750 on validation data"));
  EXPECT_THAT(html, HasSubstr("result: step 20"));
}

TEST(ReportTest, NamesTheOutcomeOnTestDataToo) {
  SampleRun run;
  run.AddEvaluation(v1::Evaluation::FINAL, v1::TEST, 20, 0.8);
  EXPECT_THAT(run.Render(),
              HasSubstr("→ 0.8750 on validation data, 0.8000 on test data"));
}

TEST(ReportTest, ARunWithoutEvaluationsHasItsLoss) {
  SampleRun run;
  run.evaluations.clear();
  run.result.evaluations.clear();
  std::string html = run.Render();
  EXPECT_THAT(html, HasSubstr("training loss 1.0000 → 0.0333"));
  EXPECT_THAT(html, HasSubstr("no validation and no test data"));
  EXPECT_THAT(html, Not(HasSubstr("id=\"confusions\"")));
}

TEST(ReportTest, ShowsTheBestEpochByThePrimaryMetric) {
  SampleRun run;
  EXPECT_THAT(run.Render(), HasSubstr("<td>best epoch</td>\n"
                                      "<td class=\"number\">20</td>"));
  // A network that gives no numbers is never the best.
  run.evaluations[3].set_macro_f1(0.99);
  run.evaluations[3].set_loss(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(run.Render(), HasSubstr("<td>best epoch</td>\n"
                                      "<td class=\"number\">20</td>"));
}

TEST(ReportTest, OfEqualEpochsShowsTheOneThatIsKept) {
  SampleRun run;
  for (int i : {1, 2, 3}) run.evaluations[i].set_macro_f1(0.5);
  run.evaluations[1].set_loss(0.3);
  run.evaluations[2].set_loss(0.2);
  run.evaluations[3].set_loss(0.25);
  EXPECT_THAT(run.Render(), HasSubstr("<td>best epoch</td>\n"
                                      "<td class=\"number\">20</td>"));
  run.evaluations[3].set_loss(0.2);
  EXPECT_THAT(run.Render(), HasSubstr("<td>best epoch</td>\n"
                                      "<td class=\"number\">30</td>"));
}

TEST(ReportTest, SaysWhyARunEndedEarly) {
  SampleRun run;
  EXPECT_THAT(run.Render(), Not(HasSubstr("ended early")));
  run.result.early_stop =
      EarlyStop{.step = 30, .epoch = 3, .best_step = 20, .best_value = 0.875};
  EXPECT_THAT(run.Render(),
              HasSubstr("ended early because macro F1 did not get better than "
                        "0.8750, that of step 20;"));
}

TEST(ReportTest, TellsWhatBecameOfTheRows) {
  SampleRun run;
  EXPECT_THAT(run.Render(), Not(HasSubstr("What became of the rows")));
  v1::DataSummary& summary = run.data.emplace_back();
  summary.set_dataset("datasets/<mail>");
  summary.set_row_count(200);
  summary.set_training_rows(120);
  summary.set_validation_rows(30);
  v1::DataSummary::Dropped& dropped = *summary.add_dropped();
  dropped.set_cause(v1::Finding::INVALID_UTF8);
  dropped.set_count(50);
  v1::DataSummary::ClassRows& spam = *summary.add_classes();
  spam.set_label("spam");
  spam.set_used(66);
  spam.set_dropped(34);
  summary.add_classes()->set_label("untouched");
  const std::string html = run.Render();
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">datasets/&lt;mail&gt;</th>\n"
                              "<td class=\"number\">200</td>\n"
                              "<td class=\"number\">150</td>\n"
                              "<td class=\"number strong\">50</td>\n"
                              "<td class=\"number\">25.00 %</td>"));
  EXPECT_THAT(html, HasSubstr("<td>invalid utf8</td>\n"
                              "<td class=\"number\">50</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">34.00 %</td>"));
  EXPECT_THAT(html, Not(HasSubstr("untouched")));
}

TEST(ReportTest, MarksDefaults) {
  std::string html = SampleRun().Render();
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">seed</th>\n<td>42</td>\n"
                              "<td class=\"quiet\">default</td>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">hyperparameters.batch_size"
                              "</th>\n<td>8</td>\n"
                              "<td class=\"strong\">user</td>"));
}

TEST(ReportTest, ShowsTheWorstFindingsFirst) {
  SampleRun run;
  v1::Finding& note = run.findings.emplace_back();
  note.set_code(v1::Finding::TRUNCATED_TEXT);
  note.set_severity(v1::Finding::NOTE);
  v1::Finding& error = run.findings.emplace_back();
  error.set_code(v1::Finding::MALFORMED_ROW);
  error.set_severity(v1::Finding::ERROR);
  error.set_row(17);
  error.set_message("what was found");
  error.set_suggestion("what helps");
  std::string html = run.Render();
  EXPECT_LT(html.find("malformed row"), html.find("truncated text"));
  for (const char* text : {"what was found", "what helps", ">17<"}) {
    EXPECT_THAT(html, HasSubstr(text));
  }
}

TEST(ReportTest, ShadesConfusions) {
  std::string html = SampleRun().Render();
  EXPECT_THAT(html, HasSubstr("<td class=\"right s7\">7</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"wrong s3\">3</td>"));
}

TEST(ReportTest, SaysWhatItsCurvesLeaveOut) {
  SampleRun run;
  std::string html = run.Render();
  EXPECT_THAT(html, Not(HasSubstr("not finite")));
  EXPECT_THAT(html, Not(HasSubstr("mean loss of")));
  for (TrainingPoint& point : run.result.curve) point.steps = 4;
  run.result.curve.back().steps = 1;
  run.result.steps = 120;
  html = run.Render();
  EXPECT_THAT(html, HasSubstr("3 of the 120 steps"));
  EXPECT_THAT(html, HasSubstr("mean loss of up to 4 steps"));
}

TEST(ReportTest, TellsWhatTrainsFromWhen) {
  SampleRun run;
  auto add = [&run](bool frozen, int epoch) {
    v1::ParameterFreeze& row = *run.item.mutable_train()->add_parameters();
    row.mutable_parameter()->add_shape(10);
    row.mutable_parameter()->add_shape(2);
    row.set_frozen(frozen);
    row.set_trains_from_epoch(epoch);
  };
  add(true, 0);
  add(false, 0);
  add(false, 0);
  EXPECT_THAT(run.Render(), HasSubstr("40 of 60 parameters train;"));
  add(false, 2);
  EXPECT_THAT(run.Render(),
              HasSubstr("60 of 80 parameters train, 20 of them after some "
                        "epochs;"));
}

TEST(ReportTest, ManyClassesHaveTheirWorstConfusionsInsteadOfAMatrix) {
  std::vector<std::string> labels;
  for (int i = 0; i < 300; ++i) labels.push_back(absl::StrCat("class", i));
  SampleRun run(labels);
  // As of more classes than a matrix is kept for.
  run.evaluations.back().clear_confusion_matrix();
  EvaluationFigures& figures = run.result.evaluations.back();
  figures.confusions.assign(kMaxConfusions,
                            {.label = 1, .guess = 2, .count = 3});
  figures.confusions[0] = {.label = 5, .guess = 9, .count = 1000};
  figures.confusion_count = 89'700;
  std::string html = run.Render();
  EXPECT_THAT(html, Not(HasSubstr("class=\"matrix\"")));
  EXPECT_THAT(html, HasSubstr("The 50 most frequent of 89700 kinds"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">class5</th>\n<td>class9</td>\n"
                              "<td class=\"number\">1000</td>"));
}

TEST(ReportTest, EscapesAllThatUsersWrote) {
  SampleRun run({kHostile, "b"});
  internal::v1::TrainWork& work = *run.item.mutable_train();
  work.set_job(kHostile);
  work.mutable_base_model()->set_name(kHostile);
  work.mutable_training()->set_name(kHostile);
  auto& task = *work.mutable_spec()->mutable_task();
  task.mutable_text_classification()->add_labels(kHostile);
  task.mutable_text_classification()->set_text_column(kHostile);
  v1::Finding& finding = run.findings.emplace_back();
  finding.set_column(kHostile);
  finding.set_message(kHostile);
  finding.set_suggestion(kHostile);
  run.execution.set_device_name(kHostile);
  std::string html = run.Render();
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload")));
  EXPECT_THAT(html, Not(HasSubstr("' &amp; ")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot; "
                              "onload=&#39;x&#39; &amp;amp;"));
}

TEST(ReportTest, LoadsNothing) {
  std::string html = SampleRun().Render();
  EXPECT_FALSE(std::regex_search(
      html, std::regex("https?:|url\\(|@import|src=|href=|<script|<link")));
  EXPECT_THAT(html, HasSubstr("default-src &#39;none&#39;"));
}

TEST(ReportTest, MistakesOfTextsAreATable) {
  SampleRun run;
  EXPECT_THAT(run.Render(), Not(HasSubstr("id=\"mistakes\"")));
  run.mistakes = {{.split = v1::TEST,
                   .rows = {{.row = 17,
                             .path = "",
                             .label = "ham",
                             .guess = "spam",
                             .confidence = 0.98765}},
                   .sheet = ""}};
  const std::string html = run.Render();
  EXPECT_THAT(html, HasSubstr("<h3>test data</h3>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">17</td>\n<td>ham</td>\n"
                              "<td>spam</td>\n"
                              "<td class=\"number\">0.9877</td>"));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
}

TEST(ReportTest, MistakesOfPicturesAreASheetAndItsCaptions) {
  SampleRun run;
  run.mistakes = {{.split = v1::VALIDATION,
                   .rows = {{.row = 3,
                             .path = kHostile,
                             .label = kHostile,
                             .guess = "spam",
                             .confidence = 0.5}},
                   .sheet = "\x89PNG"}};
  const std::string html = run.Render();
  EXPECT_THAT(html, HasSubstr("img-src data:"));
  EXPECT_THAT(html, HasSubstr(" src=\"data:image/png;base64,iVBORw==\"/>"));
  EXPECT_THAT(html, HasSubstr("<td>&lt;script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload")));
}

TEST(ReportTest, IsSmallHoweverMuchThereIsToTell) {
  std::vector<std::string> labels;
  for (int i = 0; i < 1000; ++i) {
    labels.push_back(absl::StrCat(i, std::string(5000, '<')));
  }
  SampleRun run(labels);
  run.evaluations.resize(2);
  run.result.evaluations.resize(2);
  run.evaluations.back().set_phase(v1::Evaluation::FINAL);
  v1::TextClassification& task = *run.item.mutable_train()
                                      ->mutable_spec()
                                      ->mutable_task()
                                      ->mutable_text_classification();
  for (const std::string& label : labels) task.add_labels(label);
  for (int i = 0; i < 3000; ++i) {
    v1::Finding& finding = run.findings.emplace_back();
    finding.set_message(std::string(4096, '&'));
    finding.set_suggestion(std::string(4096, '"'));
  }
  run.result.curve.assign(1000, {1, 1, 2, 3});
  EXPECT_LT(run.Render().size(), 4u << 20);
}

TEST(ReportTest, OnlyItsLastSectionTellsOfTheAttempt) {
  SampleRun run;
  std::string first = run.Render();
  run.item.set_attempt(3);
  run.result.training_time = absl::Seconds(5);
  std::string third = run.Render();
  size_t attempt = first.find("<section id=\"attempt\">");
  ASSERT_NE(attempt, std::string::npos);
  EXPECT_EQ(first.substr(0, attempt), third.substr(0, attempt));
  EXPECT_NE(first, third);
}

}  // namespace
}  // namespace tunesmith::worker
