#include "client/cpp/predict.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands/command_options.h"
#include "client/cli/commands/commands.h"
#include "client/cli/render/printable.h"
#include "client/cli/render/quantity.h"
#include "proto/contract/base/mutex.h"
#include "proto/contract/base/status_macros.h"
#include "proto/contract/message_limits.h"

namespace tunesmith::cli {
namespace {

namespace fs = std::filesystem;

// Of one request: so few that answers come soon, and that the samples of the
// largest fit in a message.
constexpr size_t kMaxSamples = 64;
constexpr size_t kMaxBytes = size_t{2} << 20;
// Columns of the table that show a sample.
constexpr size_t kShownColumns = 48;

struct Options {
  std::string model;
  std::vector<std::string> samples;
  std::string file;
  std::optional<int> top_k;
};

// What is asked about, one by one.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  struct Named {
    std::string name;
    v1::Sample sample;
  };
  // Nothing at the end.
  virtual absl::StatusOr<std::optional<Named>> Next() = 0;
};

SampleSource::Named TextSample(std::string text) {
  SampleSource::Named named{.name = text, .sample = {}};
  named.sample.set_text(std::move(text));
  return named;
}

class ListedTexts : public SampleSource {
 public:
  explicit ListedTexts(std::vector<std::string> texts)
      : texts_(std::move(texts)) {}

  absl::StatusOr<std::optional<Named>> Next() override {
    if (next_ == texts_.size()) return std::optional<Named>();
    return TextSample(texts_[next_++]);
  }

 private:
  const std::vector<std::string> texts_;
  size_t next_ = 0;
};

// A text on each line, so that answers are in the lines' order; an empty one is
// none, which the answer says.
class Lines : public SampleSource {
 public:
  explicit Lines(const std::string& path) {
    if (path != "-") file_.open(path, std::ios::binary);
    input_ = path == "-" ? &std::cin : &file_;
  }

  bool opened() const { return input_ == &std::cin || file_.is_open(); }

  absl::StatusOr<std::optional<Named>> Next() override {
    std::string line;
    if (std::getline(*input_, line)) {
      if (line.ends_with('\r')) line.pop_back();
      if (line.size() > kMaxSampleBytes) {
        return absl::InvalidArgumentError(absl::StrCat(
            "a line is longer than ", FormatBytes(kMaxSampleBytes)));
      }
      return TextSample(std::move(line));
    }
    return std::optional<Named>();
  }

 private:
  std::ifstream file_;
  std::istream* input_ = nullptr;
};

class Pictures : public SampleSource {
 public:
  explicit Pictures(std::vector<std::string> paths)
      : paths_(std::move(paths)) {}

  absl::StatusOr<std::optional<Named>> Next() override {
    if (next_ == paths_.size()) return std::optional<Named>();
    const std::string& path = paths_[next_++];
    std::error_code error;
    const uintmax_t size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) {
      return absl::NotFoundError(absl::StrCat("cannot read ", Printable(path)));
    }
    if (size > kMaxSampleBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(Printable(path), " is larger than the ",
                       FormatBytes(kMaxSampleBytes), " of a request"));
    }
    Named named{.name = path, .sample = {}};
    named.sample.mutable_image()->assign(std::istreambuf_iterator<char>(file),
                                         {});
    return named;
  }

 private:
  const std::vector<std::string> paths_;
  size_t next_ = 0;
};

// Files as they are named, and of folders every file that is not hidden.
absl::StatusOr<std::vector<std::string>> FilesOf(
    const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (auto it = fs::recursive_directory_iterator(path, error);
         !error && it != fs::end(it); it.increment(error)) {
      const bool hidden = it->path().filename().string().starts_with('.');
      if (hidden && it->is_directory()) it.disable_recursion_pending();
      if (!hidden && it->is_regular_file()) {
        inside.push_back(it->path().string());
      }
    }
    if (error) {
      return absl::NotFoundError(
          absl::StrCat("cannot read ", Printable(path), ": ", error.message()));
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

absl::StatusOr<std::unique_ptr<SampleSource>> OpenSource(
    CommandContext& context, const Options& options, const std::string& model) {
  if (options.samples.empty() == options.file.empty()) {
    return absl::InvalidArgumentError(
        "name samples, or a file of texts with --file, and not both");
  }
  TUNESMITH_ASSIGN_OR_RETURN(v1::Model found, context.client().GetModel(model));
  if (found.has_image_input()) {
    if (!options.file.empty()) {
      return absl::InvalidArgumentError(
          "the model takes pictures: name files or folders, not --file");
    }
    TUNESMITH_ASSIGN_OR_RETURN(std::vector<std::string> files,
                               FilesOf(options.samples));
    return std::make_unique<Pictures>(std::move(files));
  }
  if (options.file.empty()) {
    for (const std::string& text : options.samples) {
      std::error_code error;
      if (!fs::exists(text, error)) continue;
      context.console().Note(
          absl::StrCat(Printable(text),
                       " is taken as a text, for the model is of texts; those "
                       "of a file: --file"));
    }
    return std::make_unique<ListedTexts>(options.samples);
  }
  auto lines = std::make_unique<Lines>(options.file);
  if (!lines->opened()) {
    return absl::NotFoundError(
        absl::StrCat("cannot read ", Printable(options.file)));
  }
  return lines;
}

// Puts samples together for requests, and remembers their names until they are
// answered. One thread calls Next, another one Answered.
class Batches {
 public:
  explicit Batches(SampleSource& source) : source_(source) {}

  absl::StatusOr<std::optional<std::vector<v1::Sample>>> Next() {
    std::vector<v1::Sample> samples;
    std::vector<std::string> names;
    size_t bytes = 0;
    while (samples.size() < kMaxSamples) {
      if (!kept_.has_value()) {
        TUNESMITH_ASSIGN_OR_RETURN(kept_, source_.Next());
      }
      if (!kept_.has_value()) break;
      bytes += kept_->sample.ByteSizeLong();
      if (!samples.empty() && bytes > kMaxBytes) break;
      samples.push_back(std::move(kept_->sample));
      names.push_back(std::move(kept_->name));
      kept_.reset();
    }
    if (samples.empty()) {
      return std::optional<std::vector<v1::Sample>>();
    }
    MutexLock lock(&mutex_);
    names_.push_back(std::move(names));
    return samples;
  }

  // Names of the samples of the next answer.
  std::vector<std::string> Answered() {
    MutexLock lock(&mutex_);
    if (names_.empty()) return {};
    std::vector<std::string> names = std::move(names_.front());
    names_.pop_front();
    return names;
  }

 private:
  SampleSource& source_;
  std::optional<SampleSource::Named> kept_;
  Mutex mutex_;
  std::deque<std::vector<std::string>> names_ ABSL_GUARDED_BY(mutex_);
};

std::string RenderPrediction(const std::string& name,
                             const v1::Prediction& prediction) {
  const std::string shown = Shorten(Printable(name), kShownColumns);
  std::string line = shown;
  line.append(kShownColumns - DisplayWidth(shown), ' ');
  if (prediction.has_error()) {
    absl::StrAppend(&line,
                    "  error: ", Printable(prediction.error().message()));
  }
  for (const auto& score : prediction.scores()) {
    absl::StrAppend(&line, "  ", Printable(score.label()),
                    absl::StrFormat(" %.4f", score.score()));
  }
  return absl::StrCat(line, "\n");
}

absl::StatusOr<ExitCode> Predict(CommandContext& context,
                                 const Options& options) {
  const std::string model = FullName("models", options.model);
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<SampleSource> source,
                             OpenSource(context, options, model));
  Batches batches(*source);
  int64_t failed = 0;
  auto show = [&](const v1::PredictResponse& response) {
    const std::vector<std::string> names = batches.Answered();
    for (int i = 0; i < response.predictions_size(); ++i) {
      const v1::Prediction& prediction = response.predictions(i);
      failed += prediction.has_error();
      const size_t place = static_cast<size_t>(i);
      context.Show(prediction, [&] {
        return RenderPrediction(place < names.size() ? names[place] : "",
                                prediction);
      });
    }
  };
  TUNESMITH_RETURN_IF_ERROR(client::PredictAll(
      context.client(), {.model = model,
                         .top_k = options.top_k,
                         .next_samples = [&] { return batches.Next(); },
                         .on_response = show}));
  if (failed == 0) return ExitCode::kOk;
  context.console().Note(
      absl::StrCat("samples that could not be used: ", failed));
  return ExitCode::kOther;
}

}  // namespace

void AddPredict(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("predict", "Ask a fine-tuned model about samples.");
  command->add_option("model", options->model, "models/ID or ID")->required();
  command->add_option("samples", options->samples,
                      "Texts; or picture files and folders of them");
  command->add_option("--file", options->file,
                      "A text on each line; - for standard input");
  command
      ->add_option("--top", options->top_k,
                   "The most probable labels of each sample. Default: all")
      ->check(CLI::Range(1, 1'000'000));
  command->footer(
      "Examples:\n"
      "  tunesmith predict intents \"Where is my parcel?\" --top 1\n"
      "  tunesmith predict intents --file messages.txt --json\n"
      "  tunesmith predict ants-and-bees ./new-pictures");
  OnCommand(command, action, options, &Predict);
}

}  // namespace tunesmith::cli
