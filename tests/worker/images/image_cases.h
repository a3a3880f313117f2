#ifndef TUNESMITH_TESTS_WORKER_IMAGES_IMAGE_CASES_H_
#define TUNESMITH_TESTS_WORKER_IMAGES_IMAGE_CASES_H_

#include <optional>
#include <string>
#include <vector>

#include "worker/images/image.h"

namespace tunesmith::worker {

// A small picture file of tests/golden/images/cases.json.
struct ImageCase {
  std::string name;
  std::string file;
  // What Pillow makes of it; unset where it is to be refused.
  std::optional<Image> expected;
};

std::vector<ImageCase> AllImageCases();
ImageCase ImageCaseOf(const std::string& name);

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_IMAGES_IMAGE_CASES_H_
