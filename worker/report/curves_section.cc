#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/report/evaluation_figures.h"
#include "worker/report/sections.h"
#include "worker/report/svg_chart.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

// Fewer points are smooth enough.
constexpr size_t kMinPointsToSmooth = 20;
// Of all points: how far the smoothed curve looks back.
constexpr double kSmoothingShare = 0.05;

std::vector<ChartPoint> PointsOf(const std::vector<TrainingPoint>& curve,
                                 double TrainingPoint::*figure) {
  std::vector<ChartPoint> points;
  for (const TrainingPoint& point : curve) {
    points.push_back({static_cast<double>(point.step), point.*figure});
  }
  return points;
}

// The exponentially weighted mean of the points up to each one.
std::vector<ChartPoint> Smoothed(std::vector<ChartPoint> points) {
  double back =
      std::max(1.0, kSmoothingShare * static_cast<double>(points.size()));
  double keep = 1 - 1 / back;
  double sum = 0;
  double weight = 0;
  for (ChartPoint& point : points) {
    sum = keep * sum + point.y;
    weight = keep * weight + 1;
    point.y = sum / weight;
  }
  return points;
}

// Before training and after each epoch.
std::vector<ChartPoint> ValidationPoints(const Evaluations& evaluations,
                                         double (v1::Evaluation::*figure)()
                                             const) {
  std::vector<ChartPoint> points;
  const v1::Evaluation* before =
      FindEvaluation(evaluations, v1::Evaluation::BASELINE, v1::VALIDATION);
  if (before != nullptr) {
    points.push_back(
        {static_cast<double>(before->step()), (before->*figure)()});
  }
  for (const v1::Evaluation* epoch : EpochEvaluations(evaluations)) {
    points.push_back({static_cast<double>(epoch->step()), (epoch->*figure)()});
  }
  return points;
}

// Without series.
Chart ChartOverSteps(const FinishedRun& run, std::string title,
                     std::string y_label) {
  Chart chart;
  chart.title = std::move(title);
  chart.x_label = "optimizer steps";
  chart.y_label = std::move(y_label);
  chart.x_range = {0, static_cast<double>(run.result.steps)};
  if (run.result.best_step > 0) {
    chart.marked_x = static_cast<double>(run.result.best_step);
    chart.mark = absl::StrCat("result: step ", run.result.best_step);
  }
  return chart;
}

Chart LossChart(const FinishedRun& run) {
  Chart chart = ChartOverSteps(run, "Loss", "loss");
  std::vector<ChartPoint> training =
      PointsOf(run.result.curve, &TrainingPoint::loss);
  bool smooth = training.size() >= kMinPointsToSmooth;
  chart.series.push_back({"training", smooth ? "faint" : "c1", training});
  if (smooth) {
    chart.series.push_back({"training, smoothed", "c1", Smoothed(training)});
  }
  std::vector<ChartPoint> validation =
      ValidationPoints(run.evaluations, &v1::Evaluation::loss);
  if (!validation.empty()) {
    chart.series.push_back({"validation", "c2", std::move(validation)});
  }
  return chart;
}

Chart ScoreChart(const FinishedRun& run) {
  Chart chart = ChartOverSteps(run, "Validation scores", "score");
  chart.y_range = {0, 1};
  chart.series = {
      {"accuracy", "c2",
       ValidationPoints(run.evaluations, &v1::Evaluation::accuracy)},
      {"macro F1", "c3",
       ValidationPoints(run.evaluations, &v1::Evaluation::macro_f1)}};
  return chart;
}

Chart RateChart(const FinishedRun& run) {
  Chart chart = ChartOverSteps(run, "Learning rate", "learning rate");
  chart.series = {{"learning rate", "c1",
                   PointsOf(run.result.curve, &TrainingPoint::learning_rate)}};
  return chart;
}

// What the curves do not show.
std::vector<std::string> Remarks(const TrainingResult& result) {
  std::vector<std::string> remarks;
  int64_t drawn = 0;
  for (const TrainingPoint& point : result.curve) drawn += point.steps;
  if (drawn < result.steps) {
    remarks.push_back(absl::StrCat(
        result.steps - drawn, " of the ", result.steps,
        " steps changed nothing and are not drawn: their loss or gradients "
        "were not finite."));
  }
  if (!result.curve.empty() && result.curve.front().steps > 1) {
    remarks.push_back(absl::StrCat(
        "A point of the training curves is the mean loss of up to ",
        result.curve.front().steps, " steps."));
  }
  return remarks;
}

}  // namespace

void WriteCurves(const FinishedRun& run, HtmlWriter& html) {
  HtmlElement section(html, "section", {{"id", "curves"}});
  html.Add("h2", "Curves");
  WriteChart(LossChart(run), html);
  if (!EpochEvaluations(run.evaluations).empty()) {
    WriteChart(ScoreChart(run), html);
  }
  WriteChart(RateChart(run), html);
  for (const std::string& remark : Remarks(run.result)) {
    html.Add("p", remark, {{"class", "remark"}});
  }
}

}  // namespace tunesmith::worker
