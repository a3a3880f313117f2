#include "worker/trainer/evaluation_size.h"

namespace tunesmith::worker {
namespace {

namespace v1 = tunesmith::v1;

size_t BytesOf(const std::vector<v1::Evaluation>& evaluations) {
  size_t bytes = 0;
  for (const v1::Evaluation& one : evaluations) bytes += one.ByteSizeLong();
  return bytes;
}

}  // namespace

void FitEvaluations(size_t max_bytes,
                    std::vector<v1::Evaluation>& evaluations) {
  using Clear = void (v1::Evaluation::*)();
  for (bool final : {false, true}) {
    for (Clear clear : {&v1::Evaluation::clear_confusion_matrix,
                        &v1::Evaluation::clear_classes}) {
      if (BytesOf(evaluations) <= max_bytes) return;
      for (v1::Evaluation& one : evaluations) {
        if ((one.phase() == v1::Evaluation::FINAL) == final) (one.*clear)();
      }
    }
  }
}

}  // namespace tunesmith::worker
