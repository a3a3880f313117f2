#ifndef TUNESMITH_SERVER_JOBS_INPUT_FIT_H_
#define TUNESMITH_SERVER_JOBS_INPUT_FIT_H_

#include <string>
#include <string_view>

#include "proto/contract/classification.h"
#include "server/jobs/resolve_spec.h"

// How a spec, whose other defaults are filled in, fits its inputs. Each
// function completes and checks what one kind of input decides.

namespace tunesmith::server {

// A resolution under way. Field paths are relative to the spec.
class Resolution {
 public:
  // `sent`: as the user wrote it.
  Resolution(const v1::JobSpec& sent, std::string prefix, ResolvedSpec* result)
      : sent_(sent), prefix_(std::move(prefix)), result_(result) {}

  const v1::JobSpec& sent() const { return sent_; }

  v1::JobSpec& spec() { return result_->spec; }
  Classification task() const { return Classification(result_->spec.task()); }
  const std::string& prefix() const { return prefix_; }

  // The same problem is kept once.
  void AddViolation(std::string_view field, const std::string& description,
                    v1::ErrorReason reason);
  void AddUnchecked(const std::string& sentence) {
    result_->unchecked.push_back(sentence);
  }

 private:
  const v1::JobSpec& sent_;
  std::string prefix_;
  ResolvedSpec* result_;
};

// Columns and labels.
void FitData(const SpecInputs& inputs, Resolution& resolution);

// Task, limits, dropout, layers, learning rate. Call it after FitData.
void FitModel(const SpecInputs& inputs, Resolution& resolution);

// The part of it that says what samples become: whether the model is for the
// task, texts' length, pictures' size. False while the model is not known, or
// with a violation.
bool FitModelInput(const SpecInputs& inputs, Resolution& resolution);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_INPUT_FIT_H_
