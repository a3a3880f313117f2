#include "client/cli/commands/data_flags.h"

#include "absl/strings/str_cat.h"
#include "client/cli/commands/choice.h"

namespace tunesmith::cli {
namespace {

using v1::CleaningPolicy;

constexpr Choice<CleaningPolicy::Action> kActions[] = {
    {"drop", CleaningPolicy::DROP_ROW},
    {"fail", CleaningPolicy::FAIL},
};

constexpr Choice<CleaningPolicy::LabelNormalization> kNormalizations[] = {
    {"none", CleaningPolicy::NONE},
    {"trim", CleaningPolicy::TRIM},
    {"fold", CleaningPolicy::FOLD},
};

}  // namespace

void AddSplitFlags(CLI::App* command, DataFlags& flags) {
  command->add_option("--split-column", flags.split_column,
                      "Column of training data that says train, val or test. "
                      "Default: the folders' names where pictures lie in such; "
                      "'' for none");
  command->add_option("--validation-fraction", flags.validation_fraction,
                      "Share of training rows that is split off, 0 to 0.5. "
                      "Default: 0.1 without other validation data");
  command->add_option("--group-duplicates", flags.group_duplicates,
                      "Whether equal samples stay on one side of that split: "
                      "true (the default) or false");
}

void AddCleaningFlags(CLI::App* command, DataFlags& flags) {
  auto add_action = [command](const char* name, std::string& value,
                              const char* help) {
    command->add_option(name, value, help)->check(OneOf(kActions));
  };
  add_action("--incomplete-rows", flags.incomplete_rows,
             "Rows without a sample or label, or with too many cells: drop "
             "(the default) or fail");
  add_action("--invalid-utf8", flags.invalid_utf8,
             "Rows that are not UTF-8: drop (the default) or fail");
  add_action("--malformed-rows", flags.malformed_rows,
             "Lines that are not of the file's format: drop or fail (the "
             "default)");
  add_action("--unreadable-images", flags.unreadable_images,
             "Pictures that cannot be read: drop (the default) or fail");
  command->add_option("--max-dropped-fraction", flags.max_dropped_fraction,
                      "Share of a dataset's rows that may be left out, 0 to 1; "
                      "more end the job. Default: 0.01");
  command
      ->add_option("--label-normalization", flags.label_normalization,
                   "Before labels are told apart: none (the default), trim "
                   "(outer space, invisible characters, 1.0 is 1) or fold "
                   "(letter case as well)")
      ->check(OneOf(kNormalizations));
}

void ApplyData(const DataFlags& flags, v1::Data& data) {
  if (flags.split_column) data.set_split_column(*flags.split_column);
  if (flags.validation_fraction) {
    data.set_validation_fraction(*flags.validation_fraction);
  }
  if (flags.group_duplicates) {
    data.set_group_duplicates(*flags.group_duplicates);
  }
  if (auto action = Chosen(kActions, flags.incomplete_rows)) {
    data.mutable_cleaning()->set_incomplete_rows(*action);
  }
  if (auto action = Chosen(kActions, flags.invalid_utf8)) {
    data.mutable_cleaning()->set_invalid_utf8(*action);
  }
  if (auto action = Chosen(kActions, flags.malformed_rows)) {
    data.mutable_cleaning()->set_malformed_rows(*action);
  }
  if (auto action = Chosen(kActions, flags.unreadable_images)) {
    data.mutable_cleaning()->set_unreadable_images(*action);
  }
  if (flags.max_dropped_fraction) {
    data.mutable_cleaning()->set_max_dropped_fraction(
        *flags.max_dropped_fraction);
  }
  if (auto normalization = Chosen(kNormalizations, flags.label_normalization)) {
    data.mutable_cleaning()->set_label_normalization(*normalization);
  }
}

}  // namespace tunesmith::cli
