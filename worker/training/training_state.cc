#include "worker/training/training_state.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tunesmith::worker {
namespace {

using nlohmann::json;

// Of what ToJson writes; a change that older readers misunderstand changes it.
constexpr int kVersion = 2;

json FromDouble(double value) {
  if (std::isfinite(value)) return value;
  return absl::StrCat(value);
}

double AsDouble(const json& value) {
  if (!value.is_string()) return value.get<double>();
  double parsed = 0;
  if (!absl::SimpleAtod(value.get_ref<const std::string&>(), &parsed)) {
    throw std::invalid_argument("expected a number");
  }
  return parsed;
}

json FromClass(const ClassFigures& figures) {
  return {FromDouble(figures.precision), FromDouble(figures.recall),
          FromDouble(figures.f1), figures.support};
}

ClassFigures AsClass(const json& value) {
  return {.precision = AsDouble(value.at(0)),
          .recall = AsDouble(value.at(1)),
          .f1 = AsDouble(value.at(2)),
          .support = value.at(3).get<int64_t>()};
}

json FromMistakes(const std::vector<Mistake>& mistakes) {
  json rows = json::array();
  for (const Mistake& one : mistakes) {
    rows.push_back({one.row, one.label, one.guess, one.confidence});
  }
  return rows;
}

std::vector<Mistake> AsMistakes(const json& value) {
  std::vector<Mistake> mistakes;
  for (const json& one : value) {
    mistakes.push_back({.row = one.at(0).get<int64_t>(),
                        .label = one.at(1).get<int32_t>(),
                        .guess = one.at(2).get<int32_t>(),
                        .confidence = one.at(3).get<double>()});
  }
  return mistakes;
}

json FromConfusions(const std::vector<Confusion>& confusions) {
  json rows = json::array();
  for (const Confusion& one : confusions) {
    rows.push_back({one.label, one.guess, one.count});
  }
  return rows;
}

std::vector<Confusion> AsConfusions(const json& value) {
  std::vector<Confusion> confusions;
  for (const json& one : value) {
    confusions.push_back({.label = one.at(0).get<int32_t>(),
                          .guess = one.at(1).get<int32_t>(),
                          .count = one.at(2).get<int64_t>()});
  }
  return confusions;
}

json FromSelection(const SelectionState& selection) {
  json value = {{"evaluations_without_improvement",
                 selection.evaluations_without_improvement}};
  if (const auto& best = selection.best) {
    value["best"] = {{"step", best->step},
                     {"score", FromDouble(best->score)},
                     {"tie_score", FromDouble(best->tie_score)},
                     {"value", FromDouble(best->value)}};
  }
  return value;
}

SelectionState AsSelection(const json& value) {
  SelectionState selection;
  value.at("evaluations_without_improvement")
      .get_to(selection.evaluations_without_improvement);
  if (value.contains("best")) {
    const json& best = value.at("best");
    selection.best = {.step = best.at("step").get<int64_t>(),
                      .score = AsDouble(best.at("score")),
                      .tie_score = AsDouble(best.at("tie_score")),
                      .value = AsDouble(best.at("value"))};
  }
  return selection;
}

json FromFigures(const EvaluationFigures& figures) {
  json classes = json::array();
  for (const ClassFigures& one : figures.classes) {
    classes.push_back(FromClass(one));
  }
  json value = {{"phase", static_cast<int>(figures.phase)},
                {"split", static_cast<int>(figures.split)},
                {"step", figures.step},
                {"epoch", FromDouble(figures.epoch)},
                {"loss", FromDouble(figures.loss)},
                {"accuracy", FromDouble(figures.accuracy)},
                {"macro_f1", FromDouble(figures.macro_f1)},
                {"weighted_f1", FromDouble(figures.weighted_f1)},
                {"classes", std::move(classes)},
                {"confusion_matrix", figures.confusion_matrix},
                {"example_count", figures.example_count}};
  // Evaluations on the way have none of these.
  if (!figures.mistakes.empty()) {
    value["mistakes"] = FromMistakes(figures.mistakes);
  }
  if (figures.confusion_count > 0) {
    value["confusions"] = FromConfusions(figures.confusions);
    value["confusion_count"] = figures.confusion_count;
  }
  if (figures.first_broken_row.has_value()) {
    value["broken_count"] = figures.broken_count;
    value["first_broken_row"] = *figures.first_broken_row;
  }
  return value;
}

json FromCurve(const TrainingCurve& curve) {
  json spans = json::array();
  for (const TrainingCurve::Span& span : curve.spans()) {
    spans.push_back({span.last_step, span.steps, FromDouble(span.loss_sum),
                     FromDouble(span.learning_rate)});
  }
  return spans;
}

TrainingCurve AsCurve(const json& value) {
  std::vector<TrainingCurve::Span> spans;
  for (const json& span : value) {
    spans.push_back({.last_step = span.at(0).get<int64_t>(),
                     .steps = span.at(1).get<int64_t>(),
                     .loss_sum = AsDouble(span.at(2)),
                     .learning_rate = AsDouble(span.at(3))});
  }
  return TrainingCurve(std::move(spans));
}

// An enumerator of 0 to `last`.
template <typename Enum>
Enum AsEnum(const json& value, Enum last) {
  int number = value.get<int>();
  if (number < 0 || number > static_cast<int>(last)) {
    throw std::invalid_argument("unknown enumerator");
  }
  return static_cast<Enum>(number);
}

EvaluationFigures AsFigures(const json& value) {
  EvaluationFigures figures;
  figures.phase = AsEnum(value.at("phase"), EvaluationPhase::kFinal);
  figures.split = AsEnum(value.at("split"), DataSplit::kTest);
  value.at("step").get_to(figures.step);
  figures.epoch = AsDouble(value.at("epoch"));
  figures.loss = AsDouble(value.at("loss"));
  figures.accuracy = AsDouble(value.at("accuracy"));
  figures.macro_f1 = AsDouble(value.at("macro_f1"));
  figures.weighted_f1 = AsDouble(value.at("weighted_f1"));
  for (const json& one : value.at("classes")) {
    figures.classes.push_back(AsClass(one));
  }
  value.at("confusion_matrix").get_to(figures.confusion_matrix);
  value.at("example_count").get_to(figures.example_count);
  if (value.contains("mistakes")) {
    figures.mistakes = AsMistakes(value.at("mistakes"));
  }
  if (value.contains("confusions")) {
    figures.confusions = AsConfusions(value.at("confusions"));
    value.at("confusion_count").get_to(figures.confusion_count);
  }
  if (value.contains("first_broken_row")) {
    value.at("broken_count").get_to(figures.broken_count);
    figures.first_broken_row = value.at("first_broken_row").get<int64_t>();
  }
  return figures;
}

TrainingState AsState(const json& value) {
  TrainingState state;
  if (value.at("version").get<int>() != kVersion) {
    throw std::invalid_argument("unknown version");
  }
  value.at("step").get_to(state.step);
  value.at("epoch").get_to(state.epoch);
  value.at("training_examples").get_to(state.training_examples);
  value.at("skipped_steps").get_to(state.skipped_steps);
  value.at("effective_steps").get_to(state.effective_steps);
  value.at("baseline_done").get_to(state.baseline_done);
  value.at("evaluation_due").get_to(state.evaluation_due);
  value.at("stopped_early").get_to(state.stopped_early);
  state.selection = AsSelection(value.at("selection"));
  if (value.contains("best")) state.best = AsFigures(value.at("best"));
  for (const json& one : value.at("evaluations")) {
    state.evaluations.push_back(AsFigures(one));
  }
  value.at("environment").get_to(state.environment);
  state.curve = AsCurve(value.at("curve"));
  state.training_time = absl::Seconds(AsDouble(value.at("training_seconds")));
  state.evaluation_time =
      absl::Seconds(AsDouble(value.at("evaluation_seconds")));
  state.energy_joules.reset();
  if (value.contains("energy_joules")) {
    state.energy_joules = AsDouble(value.at("energy_joules"));
  }
  return state;
}

}  // namespace

TrainingState ForkOf(TrainingState state, const RunLength& length) {
  TrainingState fork;
  fork.step = state.step;
  // The end of a shorter run can be the midst of an epoch.
  fork.epoch = state.step / length.steps_per_epoch;
  fork.training_examples = state.training_examples;
  fork.environment = std::move(state.environment);
  fork.curve = std::move(state.curve);
  return fork;
}

json ToJson(const TrainingState& state) {
  json evaluations = json::array();
  for (const EvaluationFigures& figures : state.evaluations) {
    evaluations.push_back(FromFigures(figures));
  }
  json value = {
      {"version", kVersion},
      {"step", state.step},
      {"epoch", state.epoch},
      {"training_examples", state.training_examples},
      {"skipped_steps", state.skipped_steps},
      {"effective_steps", state.effective_steps},
      {"baseline_done", state.baseline_done},
      {"evaluation_due", state.evaluation_due},
      {"stopped_early", state.stopped_early},
      {"selection", FromSelection(state.selection)},
      {"evaluations", std::move(evaluations)},
      {"environment", state.environment},
      {"curve", FromCurve(state.curve)},
      {"training_seconds", absl::ToDoubleSeconds(state.training_time)},
      {"evaluation_seconds", absl::ToDoubleSeconds(state.evaluation_time)}};
  if (state.energy_joules.has_value()) {
    value["energy_joules"] = FromDouble(*state.energy_joules);
  }
  if (state.best.has_value()) value["best"] = FromFigures(*state.best);
  return value;
}

absl::StatusOr<TrainingState> ParseTrainingState(const json& value) {
  try {
    return AsState(value);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("not the state of a training: ", error.what()));
  }
}

}  // namespace tunesmith::worker
