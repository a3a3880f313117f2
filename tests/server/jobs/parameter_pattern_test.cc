#include "server/jobs/parameter_pattern.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tunesmith::server {
namespace {

// The definition, word for word; exponential.
bool MatchesByDefinition(const std::string& p, const std::string& n) {
  if (p.empty()) return n.empty();
  if (p[0] == '*') {
    for (size_t i = 0; i <= n.size(); ++i) {
      if (MatchesByDefinition(p.substr(1), n.substr(i))) return true;
    }
    return false;
  }
  return !n.empty() && (p[0] == '?' || p[0] == n[0]) &&
         MatchesByDefinition(p.substr(1), n.substr(1));
}

TEST(GlobTest, MatchesTheWholeName) {
  EXPECT_TRUE(GlobMatches("bert.*.weight", "bert.layer.0.weight"));
  EXPECT_FALSE(GlobMatches("layer", "bert.layer.0"));
  EXPECT_TRUE(GlobMatches("*layer.?.*", "bert.layer.7.bias"));
  EXPECT_FALSE(GlobMatches("*layer.?.*", "bert.layer.11.bias"));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_FALSE(GlobMatches("", "a"));
}

TEST(GlobTest, AgreesWithItsDefinition) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string pattern, name;
    for (int n = random() % 7; n > 0; --n) pattern += "ab*?"[random() % 4];
    for (int n = random() % 8; n > 0; --n) name += "ab"[random() % 2];
    EXPECT_EQ(GlobMatches(pattern, name), MatchesByDefinition(pattern, name))
        << pattern << " " << name;
  }
}

// Ends at once only when no run is tried twice for every star.
TEST(GlobTest, ManyStarsAreNotExponential) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(GlobMatches(pattern + "b", std::string(256, 'a')));
}

}  // namespace
}  // namespace tunesmith::server
