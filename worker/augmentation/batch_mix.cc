#include "worker/augmentation/batch_mix.h"

#include <algorithm>
#include <cmath>

#include "worker/random/beta.h"
#include "worker/random/counter_random.h"

namespace tunesmith::worker {
namespace {

// Counters of the center; DrawBeta's begin with 0.
constexpr uint64_t kCenterX = uint64_t{1} << 63;
constexpr uint64_t kCenterY = kCenterX + 1;

int DrawBelow(const CounterRandom& random, uint64_t counter, int bound) {
  return static_cast<int>(random.Below(counter, static_cast<uint64_t>(bound)));
}

// What of a stretch about `center` lies between 0 and `length`.
struct Stretch {
  int begin;
  int end;
};
Stretch StretchAbout(int center, double half, int length) {
  const int reach = static_cast<int>(half);
  return {std::max(center - reach, 0), std::min(center + reach, length)};
}

// A rectangle of the pictures' ratio about a place that is drawn, cut at the
// edges; lambda is what really stays.
MixDraw DrawCutMix(double alpha, const CounterRandom& random, int width,
                   int height) {
  const double side = 0.5 * std::sqrt(1 - DrawBeta(random, alpha));
  const Stretch x =
      StretchAbout(DrawBelow(random, kCenterX, width), side * width, width);
  const Stretch y =
      StretchAbout(DrawBelow(random, kCenterY, height), side * height, height);
  MixDraw draw;
  draw.area = {.left = x.begin,
               .top = y.begin,
               .width = x.end - x.begin,
               .height = y.end - y.begin};
  draw.lambda = 1 - static_cast<double>(draw.area.width) * draw.area.height /
                        (static_cast<double>(width) * height);
  return draw;
}

}  // namespace

MixDraw DrawMix(const BatchMix& mix, const BatchKey& key, int width,
                int height) {
  const CounterRandom random(key.seed, RandomPurpose::kBatchMix, key.epoch,
                             key.step);
  if (const auto* mixup = std::get_if<Mixup>(&mix)) {
    return {.lambda = DrawBeta(random, mixup->alpha), .everywhere = true};
  }
  if (const auto* cutmix = std::get_if<CutMix>(&mix)) {
    return DrawCutMix(cutmix->alpha, random, width, height);
  }
  return {};
}

}  // namespace tunesmith::worker
