#include "tests/worker/images/image_cases.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tunesmith::worker {
namespace {

std::string Decoded(const nlohmann::json& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text.get<std::string>(), &bytes));
  return bytes;
}

}  // namespace

std::vector<ImageCase> AllImageCases() {
  std::ifstream file(TUNESMITH_GOLDEN_DIR "/images/cases.json");
  std::vector<ImageCase> cases;
  const nlohmann::json all = nlohmann::json::parse(file);
  for (const auto& [name, entry] : all.items()) {
    ImageCase& one = cases.emplace_back();
    one.name = name;
    one.file = Decoded(entry["file"]);
    if (!entry.contains("rgb")) continue;
    std::string rgb = Decoded(entry["rgb"]);
    one.expected = Image{.width = entry["width"],
                         .height = entry["height"],
                         .rgb = {rgb.begin(), rgb.end()}};
  }
  return cases;
}

ImageCase ImageCaseOf(const std::string& name) {
  for (ImageCase& one : AllImageCases()) {
    if (one.name == name) return std::move(one);
  }
  ADD_FAILURE() << "no such case: " << name;
  return {};
}

}  // namespace tunesmith::worker
