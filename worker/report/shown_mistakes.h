#ifndef TUNESMITH_WORKER_REPORT_SHOWN_MISTAKES_H_
#define TUNESMITH_WORKER_REPORT_SHOWN_MISTAKES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tunesmith/v1/evaluation.pb.h"
#include "worker/augmentation/image_transform.h"
#include "worker/data/example.h"
#include "worker/training/train.h"

namespace tunesmith::worker {

// Pictures side by side in a sheet.
inline constexpr int kSheetColumns = 6;

// A row that was guessed wrong, in words.
struct ShownMistake {
  int64_t row = 0;
  // Of a picture in its archive, any bytes; empty for a text.
  std::string path;
  std::string label;
  std::string guess;
  double confidence = 0;
};

// The most confident mistakes in one split's final evaluation.
struct SplitMistakes {
  tunesmith::v1::Split split = tunesmith::v1::SPLIT_UNSPECIFIED;
  std::vector<ShownMistake> rows;
  // A PNG file with the pictures of `rows` as the network saw them, in that
  // order; empty for texts.
  std::string sheet;
};

// What to show of a run's mistakes.
struct MistakesToShow {
  const TrainingResult& result;
  // In the order of the network's outputs.
  std::span<const std::string> labels;
  // What was evaluated.
  std::span<const Example> validation;
  std::span<const Example> test;
  // How the network takes pictures; null for texts.
  const ImageTransform* transform = nullptr;
};

// One for each split with mistakes in it. Decodes their pictures; one that
// cannot be read any more leaves its place in the sheet white.
std::vector<SplitMistakes> ShowMistakes(const MistakesToShow& mistakes);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_WORKER_REPORT_SHOWN_MISTAKES_H_
