/* Vectors as wide as the processor's, and sums whose order does not depend on who asks for them.

   Written with the compilers' vector types, which gcc and clang share; instructions by name stand
   only where a compiler does not find them. */

#ifndef LLMLAB_VECTORS_H
#define LLMLAB_VECTORS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#define ZIP_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define LANES 8
#define ZIP_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LANES 4
#define ZIP_LOW 0, 4, 1, 5
#define ZIP_HIGH 2, 6, 3, 7
#endif

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define UNROLL _Pragma("unroll")
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ints){__VA_ARGS__})
#define UNROLL _Pragma("GCC unroll 32")
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef int32_t ints __attribute__((vector_size(4 * LANES)));
/* The same at any address. */
typedef float loose_floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

INLINE floats load(const float *p) { return *(const loose_floats *)p; }

INLINE void save(float *p, floats v) { *(loose_floats *)p = v; }

/* The first n numbers, zeros behind them. */
INLINE floats load_part(const float *p, int n) {
    if (n >= LANES) return load(p);
    floats part = {0};
    memcpy(&part, p, n * sizeof(float));
    return part;
}

/* LANES integers of a narrower type, widened: spelled out, as gcc goes by way of all widths. */
#if LANES == 16
#define WIDENING(name, type, wide_16, load_16, wide_8, load_8)        \
    INLINE ints name(const void *p) { return (ints)wide_16(load_16(p)); }
#elif LANES == 8
#define WIDENING(name, type, wide_16, load_16, wide_8, load_8)        \
    INLINE ints name(const void *p) { return (ints)wide_8(load_8(p)); }
#else
#define WIDENING(name, type, wide_16, load_16, wide_8, load_8)        \
    INLINE ints name(const void *p) {                                 \
        type narrow[LANES];                                           \
        memcpy(narrow, p, sizeof narrow);                             \
        return (ints){narrow[0], narrow[1], narrow[2], narrow[3]};    \
    }
#endif
WIDENING(wide_bytes, int8_t, _mm512_cvtepi8_epi32, _mm_loadu_si128, _mm256_cvtepi8_epi32,
         _mm_loadl_epi64)
WIDENING(wide_unsigned_bytes, uint8_t, _mm512_cvtepu8_epi32, _mm_loadu_si128,
         _mm256_cvtepu8_epi32, _mm_loadl_epi64)
WIDENING(wide_shorts, uint16_t, _mm512_cvtepu16_epi32, _mm256_loadu_si256, _mm256_cvtepu16_epi32,
         _mm_loadu_si128)

INLINE floats to_floats(ints v) { return __builtin_convertvector(v, floats); }

INLINE float from_bf16(uint16_t narrow) {
    uint32_t bits = (uint32_t)narrow << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

/* Lane i of the result is the sum of the lanes of v[i], for the first `count` (at most LANES)
   vectors, which are spoilt. The lanes of a vector are always added half to half, whatever count
   is: zipping two vectors and adding what comes out is one such step of both. */
INLINE floats sums(floats *v, const int count) {
    #define STEP(half)                                                           \
        UNROLL                                                                   \
        for (int i = 0; i < half && i < count; i++) {                            \
            const floats other = v[i + half < count ? i + half : i];             \
            v[i] = SHUFFLE(v[i], other, ZIP_LOW) + SHUFFLE(v[i], other, ZIP_HIGH); \
        }
#if LANES > 8
    STEP(8)
#endif
#if LANES > 4
    STEP(4)
#endif
    STEP(2)
    STEP(1)
    #undef STEP
    return v[0];
}

INLINE float sum_of(floats v) { return sums(&v, 1)[0]; }

/* e^x to 2e-7: 2^n * e^r with |r| <= ln(2) / 2. Unlike the library's expf it can be vectorised. */
INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x; /* the range of a float; NaN passes through both */
    x = x > 88.0f ? 88.0f : x;
    float n = rintf(x * 1.44269504f);
    float r = fmaf(n, 2.12194440e-4f, fmaf(n, -0.693359375f, x)); /* x - n ln(2), in two parts */
    float sum = 1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24
                     + r * (1.0f / 120 + r * (1.0f / 720))))));
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

#endif
