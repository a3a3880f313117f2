#ifndef TUNESMITH_CLIENT_CLI_RENDER_CONFUSION_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_CONFUSION_TEXT_H_

#include <string>

#include "tunesmith/v1/evaluation.pb.h"

namespace tunesmith::cli {

// Rows are true classes and columns what the model took them for. Beyond 12
// classes: the most frequent confusions. Says so when the matrix is missing or
// is not of the size that `classes` asks for.
std::string RenderConfusion(const v1::Evaluation& evaluation);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_CONFUSION_TEXT_H_
