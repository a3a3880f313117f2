#include "worker/kernels/elementwise_cpu.h"

// Sanitizers cannot instrument the resolvers that clones need.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TUNESMITH_CLONES \
  __attribute__((target_clones("arch=skylake-avx512", "avx2,fma", "default")))
#else
#define TUNESMITH_CLONES
#endif

namespace tunesmith::worker {
namespace {

constexpr float kLog2E = 1.44269504088896341f;
constexpr float kLn2High = 0.693359375f;
constexpr float kLn2Low = -2.12194440e-4f;
// exp of less than this is 0 in fp32, denormals aside.
constexpr float kLowestExponent = -87.3f;

__attribute__((always_inline)) inline float FloatOf(uint32_t bits) {
  return __builtin_bit_cast(float, bits);
}

// exp(x) for x <= 0, within 2 units in the last place: x = n ln 2 + r, then a
// polynomial in r (coefficients of Cephes' expf) and n into the exponent. NaN
// stays NaN.
__attribute__((always_inline)) inline float ExpOfNegative(float x) {
  float clamped = x < kLowestExponent ? kLowestExponent : x;
  // Rounds: the conversion cuts towards 0, and nothing here is above 0.
  int32_t n = static_cast<int32_t>(clamped * kLog2E - 0.5f);
  float whole = static_cast<float>(n);
  float r = clamped - whole * kLn2High;
  r -= whole * kLn2Low;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  float result = p * r * r + r + 1.0f;
  result *= FloatOf(static_cast<uint32_t>(n + 127) << 23);
  return x < kLowestExponent ? 0.0f : result;
}

}  // namespace

TUNESMITH_CLONES
void DropoutCpu(const float* x, float* y, int64_t count, uint32_t first,
                const DropoutLoop& loop) {
  const DropoutKey key = loop.key;
  const uint32_t threshold = loop.threshold;
  const float scale = loop.scale;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = DropoutBits(key, first + static_cast<uint32_t>(i));
    float kept = x[i] * scale;
    y[i] = bits >= threshold ? kept : 0.0f;
  }
}

TUNESMITH_CLONES
void DropoutAddCpu(const float* x, const float* residual, float* y,
                   int64_t count, uint32_t first, const DropoutLoop& loop) {
  const DropoutKey key = loop.key;
  const uint32_t threshold = loop.threshold;
  const float scale = loop.scale;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = DropoutBits(key, first + static_cast<uint32_t>(i));
    float kept = x[i] * scale;
    y[i] = residual[i] + (bits >= threshold ? kept : 0.0f);
  }
}

TUNESMITH_CLONES
void SoftmaxRowCpu(const float* x, float* y, int64_t count, float scale) {
  float highest = x[0];
  for (int64_t i = 1; i < count; ++i) {
    highest = x[i] > highest ? x[i] : highest;
  }
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    float e = ExpOfNegative((x[i] - highest) * scale);
    y[i] = e;
    sum += e;
  }
  float inverse = 1.0f / sum;
  for (int64_t i = 0; i < count; ++i) y[i] *= inverse;
}

TUNESMITH_CLONES
void SoftmaxRowBackwardCpu(const float* y, const float* dy, float* dx,
                           int64_t count, float scale) {
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += y[i] * dy[i];
  for (int64_t i = 0; i < count; ++i) {
    dx[i] = scale * y[i] * (dy[i] - sum);
  }
}

TUNESMITH_CLONES
void LayerNormRowSumsCpu(const float* x, const float* dy, float mean,
                         float inverse_deviation, float* weight, float* bias,
                         int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    weight[i] += dy[i] * ((x[i] - mean) * inverse_deviation);
    bias[i] += dy[i];
  }
}

}  // namespace tunesmith::worker
