#include "client/cli/commands/augment_flags.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "proto/contract/base/status_macros.h"

namespace tunesmith::cli {
namespace {

using v1::Augmentation;
using v1::AugmentationOperation;
using Value = std::optional<double>;

AugmentationOperation& Added(Augmentation& augmentation) {
  return *augmentation.add_operations();
}

AugmentationOperation& AddedWith(Value probability,
                                 Augmentation& augmentation) {
  AugmentationOperation& operation = Added(augmentation);
  if (probability.has_value()) operation.set_probability(*probability);
  return operation;
}

// The server judges the values.
struct Word {
  std::string_view name;
  // What its value is.
  const char* value;
  bool needs_value;
  void (*add)(Value value, Augmentation& augmentation);
};

constexpr Word kWords[] = {
    {"crop", "LEAST-AREA", false,
     [](Value value, Augmentation& augmentation) {
       auto& crop = *Added(augmentation).mutable_random_resized_crop();
       if (value.has_value()) crop.set_min_area(*value);
     }},
    {"hflip", "PROBABILITY", false,
     [](Value value, Augmentation& augmentation) {
       AddedWith(value, augmentation).mutable_horizontal_flip();
     }},
    {"vflip", "PROBABILITY", false,
     [](Value value, Augmentation& augmentation) {
       AddedWith(value, augmentation).mutable_vertical_flip();
     }},
    {"rotation", "DEGREES", true,
     [](Value value, Augmentation& augmentation) {
       Added(augmentation).mutable_rotation()->set_degrees(*value);
     }},
    {"zoom", "SHARE", false,
     [](Value value, Augmentation& augmentation) {
       auto& zoom = *Added(augmentation).mutable_zoom();
       if (!value.has_value()) return;
       zoom.set_min_factor(1 - *value);
       zoom.set_max_factor(1 + *value);
     }},
    {"translation", "SHARE", false,
     [](Value value, Augmentation& augmentation) {
       auto& translation = *Added(augmentation).mutable_translation();
       if (!value.has_value()) return;
       translation.set_horizontal(*value);
       translation.set_vertical(*value);
     }},
    {"shear", "DEGREES", false,
     [](Value value, Augmentation& augmentation) {
       auto& shear = *Added(augmentation).mutable_shear();
       if (value.has_value()) shear.set_horizontal_degrees(*value);
     }},
    {"jitter", "SHARE", false,
     [](Value value, Augmentation& augmentation) {
       auto& jitter = *Added(augmentation).mutable_color_jitter();
       if (!value.has_value()) return;
       jitter.set_brightness(*value);
       jitter.set_contrast(*value);
       jitter.set_saturation(*value);
     }},
    {"hue", "SHARE", true,
     [](Value value, Augmentation& augmentation) {
       auto& jitter = *Added(augmentation).mutable_color_jitter();
       jitter.set_brightness(0);
       jitter.set_contrast(0);
       jitter.set_saturation(0);
       jitter.set_hue(*value);
     }},
    {"grayscale", "PROBABILITY", false,
     [](Value value, Augmentation& augmentation) {
       AddedWith(value, augmentation).mutable_grayscale();
     }},
    {"blur", "LARGEST-SIGMA", false,
     [](Value value, Augmentation& augmentation) {
       auto& blur = *Added(augmentation).mutable_gaussian_blur();
       if (value.has_value()) blur.set_max_sigma(*value);
     }},
    {"randaugment", "MAGNITUDE", false,
     [](Value value, Augmentation& augmentation) {
       auto& augment = *Added(augmentation).mutable_rand_augment();
       if (value.has_value()) {
         augment.set_magnitude(static_cast<int>(std::clamp(*value, -1., 99.)));
       }
     }},
    {"erasing", "PROBABILITY", false,
     [](Value value, Augmentation& augmentation) {
       AddedWith(value, augmentation).mutable_random_erasing();
     }},
    {"mixup", "ALPHA", false,
     [](Value value, Augmentation& augmentation) {
       auto& mixup = *augmentation.mutable_mixup();
       if (value.has_value()) mixup.set_alpha(*value);
     }},
    {"cutmix", "ALPHA", false,
     [](Value value, Augmentation& augmentation) {
       auto& cutmix = *augmentation.mutable_cutmix();
       if (value.has_value()) cutmix.set_alpha(*value);
     }},
};

std::string Forms() {
  std::vector<std::string> forms;
  for (const Word& word : kWords) {
    std::string name(word.name);
    forms.push_back(word.needs_value
                        ? absl::StrCat(name, "=", word.value)
                        : absl::StrCat(name, "[=", word.value, "]"));
  }
  return absl::StrJoin(forms, ", ");
}

absl::Status AddWord(const std::string& text, Augmentation& augmentation) {
  const size_t sign = text.find('=');
  const std::string name = text.substr(0, sign);
  const auto* word = std::find_if(
      std::begin(kWords), std::end(kWords),
      [&name](const Word& candidate) { return candidate.name == name; });
  Value value;
  double number = 0;
  if (sign != std::string::npos &&
      absl::SimpleAtod(text.substr(sign + 1), &number)) {
    value = number;
  }
  const bool readable =
      word != std::end(kWords) &&
      (value.has_value() || (sign == std::string::npos && !word->needs_value));
  if (!readable) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--augment takes words of ", Forms(), ", with commas: ", text));
  }
  word->add(value, augmentation);
  return absl::OkStatus();
}

}  // namespace

void AddAugmentFlags(CLI::App* command, AugmentFlags& flags) {
  CLI::Option* augment = command->add_option(
      "--augment", flags.augment,
      absl::StrCat("How training pictures are varied, in order, with commas: ",
                   Forms()));
  command
      ->add_flag("--no-augment", flags.no_augment,
                 "Training pictures are taken as they are")
      ->excludes(augment);
}

absl::StatusOr<std::optional<Augmentation>> AugmentationOf(
    const AugmentFlags& flags) {
  if (flags.no_augment) return Augmentation();
  if (flags.augment.empty()) return std::nullopt;
  Augmentation augmentation;
  for (const std::string& word :
       std::vector<std::string>(absl::StrSplit(flags.augment, ','))) {
    const auto mixed = augmentation.batch_case();
    TUNESMITH_RETURN_IF_ERROR(AddWord(word, augmentation));
    if (mixed != Augmentation::BATCH_NOT_SET &&
        mixed != augmentation.batch_case()) {
      return absl::InvalidArgumentError(
          "--augment takes mixup or cutmix, not both");
    }
  }
  return augmentation;
}

}  // namespace tunesmith::cli
