#ifndef TUNESMITH_CLIENT_CLI_RENDER_EVALUATION_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_EVALUATION_TEXT_H_

#include <string>

#include "google/protobuf/repeated_ptr_field.h"
#include "tunesmith/v1/evaluation.pb.h"

namespace tunesmith::cli {

using Evaluations = google::protobuf::RepeatedPtrField<v1::Evaluation>;

// Loss, accuracy and F1 before and after training, side by side for each
// split. Empty without a final evaluation.
std::string RenderBeforeAndAfter(const Evaluations& evaluations);

// Precision, recall, F1 and rows of each class, in the model's order.
std::string RenderClasses(const v1::Evaluation& evaluation);

// One line: split, loss, accuracy, macro F1.
std::string RenderEvaluationLine(const v1::Evaluation& evaluation);

// The final evaluation that says most about the model: on test data, else on
// validation data. nullptr when there is none.
const v1::Evaluation* FinalEvaluation(const Evaluations& evaluations);

// "training", "validation" or "test".
std::string SplitName(v1::Split split);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_EVALUATION_TEXT_H_
