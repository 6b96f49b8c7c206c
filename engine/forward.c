/* One forward pass over N new tokens of any sequences, on the CPU, as model.py computes it.

   The tokens lie in one flat list; those of a sequence stand together and in order. A prompt that
   is read, a row that adds one token and a guess that is checked are all the same to this file.
   Keys and values go to a paged cache: position p of a sequence lies in slot
   table[p / block_size] * block_size + p % block_size.

   The result of a token does not depend on its neighbours, on how a prompt is cut into passes or on
   the number of threads, bit for bit: every sum below has one order of its own. So the compiler
   must not choose that order (no -fassociative-math), and sums are spelled out in vectors.

   engine/native.py compiles this file, engine/native_forward.py calls it and owns all memory.
   Weights are fp32, bf16, int8 or int4, everything else is fp32; arrays are contiguous.
   Letters as in model.py, and N new tokens, W wanted ones, M blocks in a table. */

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
#elif defined(__AVX__)
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
typedef float loose_floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int8_t bytes __attribute__((vector_size(LANES)));
typedef uint8_t ubytes __attribute__((vector_size(LANES)));
typedef uint16_t shorts __attribute__((vector_size(2 * LANES)));

enum { FP32, BF16, INT8, INT4 };
enum {
    GROUP = 32,                    /* int4 weights that share a scale; rows of inputs are padded */
    OUTPUTS = 4,                   /* a tile of the product, held in registers: so many outputs */
    TOKENS = LANES == 8 ? 2 : 6,   /* of so many tokens; AVX2 has but 16 registers */
    BLOCK = 32,                    /* outputs whose weights stay in the cache for all tokens */
};

/* y = W x with W [outputs, inputs] as in nn.Linear. */
struct matrix {
    const void *weights; /* int4: two a byte, the halves of a group: i and i + 16 */
    const void *scales;  /* int8: fp32 [outputs]; int4: bf16 pairs (scale, least) of each group */
    int32_t kind, outputs, inputs;
};

struct layer {
    const float *input_norm, *ff_norm; /* [D] */
    const float *q_norm, *k_norm;      /* [E]; both NULL without QK-norm */
    struct matrix qkv, o, gate_up, down;
};

struct model {
    const struct layer *layers;
    const float *norm;       /* [D] */
    const float *cos, *sin;  /* [max_len, E] */
    struct matrix embed, head;
    int32_t n_layers, D, H, K, E, F, max_len;
    float eps;
};

struct pass {
    const int64_t *ids, *positions; /* [N] */
    const int32_t *rows;            /* [N], which sequence */
    const int32_t *tables;          /* [sequences, M] */
    const int64_t *wanted;          /* [W], which of the N tokens have a result */
    float *cache;                   /* [layers, 2, K, n_blocks * block_size, E] */
    float *scratch;                 /* scratch_floats() of them */
    float *hidden;                  /* [W, D], the normed residual, or NULL */
    float *logits;                  /* [W, V], or NULL */
    float *wide;                    /* wide_floats for each thread */
    int64_t wide_floats;
    int32_t N, W, M, n_blocks, block_size, threads;
};

INLINE floats load(const float *p) { return *(const loose_floats *)p; }

/* The first n numbers, zeros behind them. */
INLINE floats load_part(const float *p, int n) {
    if (n >= LANES) return load(p);
    floats part = {0};
    memcpy(&part, p, n * sizeof(float));
    return part;
}

/* Lane i of the result is the sum of the lanes of v[i], for the first `count` (at most LANES)
   vectors, which are spoilt. The lanes of a vector are always added half to half, whatever count
   is: zipping two vectors and adding the halves is one such step of both. */
INLINE floats sums(floats *v, const int count) {
    UNROLL
    for (int half = LANES / 2; half; half /= 2)
        UNROLL
        for (int i = 0; i < LANES / 2; i++) {
            if (i >= half || i >= count) continue;
            floats other = i + half < count ? v[i + half] : v[i];
            v[i] = SHUFFLE(v[i], other, ZIP_LOW) + SHUFFLE(v[i], other, ZIP_HIGH);
        }
    return v[0];
}

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

static inline int64_t padded(int64_t n) { return (n + GROUP - 1) / GROUP * GROUP; }

static inline float widened(uint16_t bf16) {
    uint32_t bits = (uint32_t)bf16 << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

/* ---- Products ---- */

INLINE int64_t row_bytes(const int kind, int64_t inputs) {
    return kind == FP32 ? 4 * inputs : kind == BF16 ? 2 * inputs : kind == INT8 ? inputs
                                                                               : inputs / 2;
}

#ifndef AHEAD
#define AHEAD 8192
#endif
#ifndef PLOC
#define PLOC 2
#endif
/* LANES narrow integers as wide ones. The compilers' own conversion goes by way of all widths. */
INLINE ints wide_bytes(const char *p) {
#if LANES == 16
    return (ints)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p));
#elif LANES == 8 && defined(__AVX2__)
    return (ints)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p));
#else
    bytes narrow;
    memcpy(&narrow, p, sizeof narrow);
    return __builtin_convertvector(narrow, ints);
#endif
}

INLINE ints wide_ubytes(const char *p) {
#if LANES == 16
    return (ints)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
#elif LANES == 8 && defined(__AVX2__)
    return (ints)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
#else
    ubytes narrow;
    memcpy(&narrow, p, sizeof narrow);
    return __builtin_convertvector(narrow, ints);
#endif
}

INLINE ints wide_shorts(const char *p) {
#if LANES == 16
    return (ints)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
#elif LANES == 8 && defined(__AVX2__)
    return (ints)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
#else
    shorts narrow;
    memcpy(&narrow, p, sizeof narrow);
    return __builtin_convertvector(narrow, ints);
#endif
}

INLINE floats to_floats(ints x) { return __builtin_convertvector(x, floats); }

/* LANES weights of a row from input k on; `scales` are those of an int4 row. */
INLINE floats widen(const int kind, const char *row, const uint16_t *scales, int64_t k) {
    if (kind == FP32) return load((const float *)row + k);
    if (kind == BF16) return (floats)(wide_shorts(row + 2 * k) << 16);
    if (kind == INT8) return to_floats(wide_bytes(row + k));
    int64_t group = k / GROUP, within = k % GROUP;
    ints pairs = wide_ubytes(row + group * (GROUP / 2) + within % (GROUP / 2));
    return to_floats(within < GROUP / 2 ? pairs & 15 : pairs >> 4) * widened(scales[2 * group])
           + widened(scales[2 * group + 1]);
}

/* OUTPUTS rows of weights, as many as there are, that begin at one output of a matrix. */
struct rows {
    const char *weights;
    const uint16_t *scales; /* of int4 */
    int count, inputs;
};

/* y = W x for OUTPUTS outputs of n tokens; y += W x where `add`. Sums run over the inputs in steps
   of LANES, with one vector for each token and output. Meanwhile `lines` cache lines for each GROUP
   of inputs are called from `ahead` on: rows are short, and the processor does not see far. */
INLINE void tile(const int kind, const int n, const struct rows *w, const float *factors,
                 const float *x, int64_t x_width, float *y, int64_t y_width, int add,
                 const char *ahead, int lines) {
    const int inputs = w->inputs;
    const char *row[OUTPUTS];
    const uint16_t *scales[OUTPUTS];
    for (int i = 0; i < OUTPUTS; i++) {
        int index = i < w->count ? i : 0; /* at the end, some row in place of none */
        row[i] = w->weights + index * row_bytes(kind, inputs);
        scales[i] = w->scales + (int64_t)index * (inputs / GROUP * 2);
    }
    floats sum[TOKENS * OUTPUTS];
    UNROLL
    for (int i = 0; i < n * OUTPUTS; i++) sum[i] = (floats){0};
    int k = 0;
    for (; k + GROUP <= inputs; k += GROUP) {
        for (int line = 0; line < lines; line++, ahead += 64) __builtin_prefetch(ahead, 0, PLOC);
        UNROLL
        for (int step = 0; step < GROUP; step += LANES) {
            floats weights[OUTPUTS];
            UNROLL
            for (int i = 0; i < OUTPUTS; i++) weights[i] = widen(kind, row[i], scales[i], k + step);
            UNROLL
            for (int t = 0; t < n; t++) {
                floats input = load(x + t * x_width + k + step);
                UNROLL
                for (int i = 0; i < OUTPUTS; i++) sum[t * OUTPUTS + i] += weights[i] * input;
            }
        }
    }
    for (; k < inputs; k += LANES) { /* the rows of x are padded, those of W are not */
        int64_t left = row_bytes(kind, inputs - k < LANES ? inputs - k : LANES);
        for (int i = 0; i < OUTPUTS; i++) {
            char copy[4 * LANES] = {0};
            memcpy(copy, row[i] + row_bytes(kind, k), left);
            floats weights = widen(kind, copy, scales[i], 0);
            UNROLL
            for (int t = 0; t < n; t++)
                sum[t * OUTPUTS + i] += weights * load(x + t * x_width + k);
        }
    }
    float result[TOKENS * OUTPUTS + LANES];
    UNROLL
    for (int i = 0; i < n * OUTPUTS; i += LANES) {
        const int count = n * OUTPUTS - i < LANES ? n * OUTPUTS - i : LANES;
        *(loose_floats *)(result + i) = sums(sum + i, count);
    }
    for (int t = 0; t < n; t++)
        for (int i = 0; i < w->count; i++) {
            float value = result[t * OUTPUTS + i];
            if (factors) value *= factors[i];
            float *place = y + t * y_width + i;
            *place = add ? *place + value : value;
        }
}

#define TILE(kind, n) \
    tile(kind, n, &rows, factors, x, x_width, y + o, y_width, add, ahead, lines)
#define TILES(kind)                                       \
    switch (n) {                                          \
    case 1: TILE(kind, 1); break;                         \
    case 2: TILE(kind, 2); break;                         \
    case 3: TILE(kind, TOKENS < 3 ? 1 : 3); break;        \
    case 4: TILE(kind, TOKENS < 4 ? 1 : 4); break;        \
    case 5: TILE(kind, TOKENS < 5 ? 1 : 5); break;        \
    default: TILE(kind, TOKENS);                          \
    }                                                     \
    break

/* Outputs first .. last of W, fp32, with rows padded as those of x. */
static void widen_rows(const struct matrix *w, int first, int last, float *out) {
    const int inputs = w->inputs;
    for (int64_t o = first; o < last; o++, out += padded(inputs)) {
        const char *row = (const char *)w->weights + o * row_bytes(w->kind, inputs);
        const uint16_t *scales = (const uint16_t *)w->scales + o * (inputs / GROUP * 2);
        int k = 0;
        #define WIDEN(kind)                             \
            for (; k + LANES <= inputs; k += LANES)     \
                *(loose_floats *)(out + k) = widen(kind, row, scales, k)
        if (w->kind == BF16) WIDEN(BF16);
        else if (w->kind == INT8) WIDEN(INT8);
        else WIDEN(INT4);
        for (; k < inputs; k++)
            out[k] = w->kind == BF16 ? widened(((const uint16_t *)row)[k])
                                     : (float)((const int8_t *)row)[k];
        for (; k < padded(inputs); k++) out[k] = 0.0f;
    }
}

/* Outputs first .. last of all N tokens, a block of weights after the other. */
static void multiply(const struct matrix *w, int first, int last, const float *x, int64_t x_width,
                     int N, float *y, int64_t y_width, int add, float *wide) {
    const int turns = (N + TOKENS - 1) / TOKENS;
    const int64_t bytes = row_bytes(w->kind, w->inputs);
    const int widened_once = w->kind != FP32 && turns > 1;
    const int group_lines = (OUTPUTS * row_bytes(w->kind, GROUP) + 63) / 64;
    const int share = (group_lines + turns - 1) / turns;
    for (int block = first; block < last; block += BLOCK) {
        const int end = block + BLOCK < last ? block + BLOCK : last;
        if (widened_once) widen_rows(w, block, end, wide);
        for (int turn = 0; turn < turns; turn++) {
            const int n = N - turn * TOKENS < TOKENS ? N - turn * TOKENS : TOKENS;
            for (int64_t o = block; o < end; o += OUTPUTS) {
                struct rows rows = {
                    (const char *)w->weights + o * bytes,
                    (const uint16_t *)w->scales + o * (w->inputs / GROUP * 2),
                    end - o < OUTPUTS ? end - o : OUTPUTS, w->inputs};
                const char *ahead = turns == 1 ? rows.weights + AHEAD : rows.weights + BLOCK * bytes + (int64_t)turn * share * 64 * (w->inputs / GROUP);
                const int lines = turns == 1 ? share : o + BLOCK < last && turn * share < group_lines ? share : 0;
                const float *factors = w->kind == INT8 ? (const float *)w->scales + o : 0;
                int kind = w->kind;
                if (widened_once) {
                    kind = FP32;
                    rows.inputs = padded(w->inputs);
                    rows.weights = (const char *)(wide + (o - block) * padded(w->inputs));
                }
                const float *xs = x;
                { const float *x = xs + (int64_t)turn * TOKENS * x_width;
                  float *yy = y; { float *y = yy + (int64_t)turn * TOKENS * y_width;
                switch (kind) {
                case FP32: TILES(FP32);
                case BF16: TILES(BF16);
                case INT8: TILES(INT8);
                default: TILES(INT4);
                } } }
            }
        }
    }
}

/* Waking other threads costs as much as some 200,000 multiplications. */
static int threads_for(const struct pass *p, int64_t multiplications) {
    return multiplications > 200000 ? p->threads : 1;
}

/* Where the outputs of thread t begin, of a number of threads: at a whole block. */
static int share_of(int outputs, int t, int threads) {
    int64_t blocks = (outputs + BLOCK - 1) / BLOCK, begin = blocks * t / threads * BLOCK;
    return begin < outputs ? begin : outputs;
}

static void project(const struct pass *p, const struct matrix *w, const float *x, int N, float *y,
                    int add) {
    const int threads = threads_for(p, (int64_t)N * w->outputs * w->inputs);
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int t = 0; t < threads; t++)
        multiply(w, share_of(w->outputs, t, threads), share_of(w->outputs, t + 1, threads), x,
                 padded(w->inputs), N, y, w->outputs, add, p->wide + t * p->wide_floats);
}

/* silu(gate) * up; a block's gates and ups are made by the thread that joins them.
   gate_up [N, 2F] is scratch, gate first; out [N, padded F]. */
static void project_gated(const struct pass *p, const struct matrix *w, const float *x, int N,
                          float *gate_up, float *out) {
    const int F = w->outputs / 2;
    const int threads = threads_for(p, (int64_t)N * w->outputs * w->inputs);
    #pragma omp parallel for schedule(static) num_threads(threads)
    for (int t = 0; t < threads; t++) {
        int first = share_of(F, t, threads), last = share_of(F, t + 1, threads);
        float *wide = p->wide + t * p->wide_floats;
        multiply(w, first, last, x, padded(w->inputs), N, gate_up, 2 * F, 0, wide);
        multiply(w, F + first, F + last, x, padded(w->inputs), N, gate_up, 2 * F, 0, wide);
        for (int64_t n = 0; n < N; n++) {
            const float *gate = gate_up + n * 2 * F, *up = gate + F;
            float *row = out + n * padded(F);
            for (int f = first; f < last; f++)
                row[f] = gate[f] / (1.0f + exponential(-gate[f])) * up[f];
        }
    }
}

/* ---- What lies between the products ---- */

static void embed(const struct matrix *w, int64_t id, float *x) {
    const char *row = (const char *)w->weights + id * row_bytes(w->kind, w->inputs);
    if (w->kind == FP32)
        memcpy(x, row, w->inputs * sizeof(float));
    else if (w->kind == BF16)
        for (int i = 0; i < w->inputs; i++) x[i] = widened(((const uint16_t *)row)[i]);
    else
        for (int i = 0; i < w->inputs; i++)
            x[i] = ((const int8_t *)row)[i] * ((const float *)w->scales)[id];
}

/* What RMSNorm multiplies a vector by, before its weight. */
INLINE float norm_factor(const float *x, int width, float eps) {
    floats sum = {0};
    for (int i = 0; i < width; i += LANES) {
        floats part = load_part(x + i, width - i);
        sum += part * part;
    }
    return 1.0f / sqrtf(sums(&sum, 1)[0] / width + eps);
}

static void rms_norm(const float *x, const float *weight, int width, float eps, float *out) {
    float factor = norm_factor(x, width, eps);
    for (int i = 0; i < width; i++) out[i] = x[i] * factor * weight[i];
}

static void norm_all(const struct pass *p, const float *x, const float *weight, int width,
                     float eps, float *out) {
    #pragma omp parallel for schedule(static) num_threads(threads_for(p, (int64_t)p->N * width))
    for (int n = 0; n < p->N; n++)
        rms_norm(x + (int64_t)n * width, weight, width, eps, out + n * padded(width));
}

/* Norm (if any), rotary turn and scaling of one head's vector; `out` may be `x`. */
static void place(const struct model *m, const float *x, const float *norm, int64_t position,
                  float factor, float *out) {
    const int E = m->E;
    const float *cos = m->cos + position * E, *sin = m->sin + position * E;
    float scaled[E];
    if (norm) factor *= norm_factor(x, E, m->eps);
    for (int e = 0; e < E; e++) scaled[e] = x[e] * factor * (norm ? norm[e] : 1.0f);
    for (int e = 0; e < E / 2; e++) {
        out[e] = scaled[e] * cos[e] - scaled[e + E / 2] * sin[e];
        out[e + E / 2] = scaled[e + E / 2] * cos[e + E / 2] + scaled[e] * sin[e + E / 2];
    }
}

/* Where key/value head k of one layer has its keys (part 0) or values (1): [slots, E]. */
static inline float *head_of(const struct model *m, const struct pass *p, int layer, int part,
                             int k) {
    int64_t slots = (int64_t)p->n_blocks * p->block_size;
    return p->cache + (((int64_t)layer * 2 + part) * m->K + k) * slots * m->E;
}

static inline int64_t slot_of(const struct pass *p, int n, int64_t position) {
    int64_t block = p->tables[(int64_t)p->rows[n] * p->M + position / p->block_size];
    return block * p->block_size + position % p->block_size;
}

/* Put keys and values of new tokens into the cache, and make their queries ready, in place. */
static void store(const struct model *m, const struct pass *p, int layer, float *qkv) {
    const int H = m->H, K = m->K, E = m->E;
    const struct layer *weights = m->layers + layer;
    int64_t width = (int64_t)(H + 2 * K) * E;
    #pragma omp parallel for schedule(static) num_threads(threads_for(p, p->N * width * 8))
    for (int n = 0; n < p->N; n++) {
        float *token = qkv + n * width;
        int64_t position = p->positions[n], slot = slot_of(p, n, position);
        for (int h = 0; h < H; h++, token += E)
            place(m, token, weights->q_norm, position, 1.0f / sqrtf(E), token);
        for (int k = 0; k < K; k++, token += E)
            place(m, token, weights->k_norm, position, 1.0f,
                  head_of(m, p, layer, 0, k) + slot * E);
        for (int k = 0; k < K; k++, token += E)
            memcpy(head_of(m, p, layer, 1, k) + slot * E, token, E * sizeof(float));
    }
}

/* Chunk c of a head's vector; without a branch where the compiler knows E. */
INLINE floats load_chunk(const float *head, int c, const int E) {
    return E % LANES ? load_part(head + c * LANES, E - c * LANES) : load(head + c * LANES);
}

/* The H / K queries of token n that share key/value head k: LANES positions at a time, with the
   sums so far scaled to the highest score so far (Milakov and Gimelshein, arXiv 1805.02867). */
INLINE void attend_head(const struct model *m, const struct pass *p, int layer, const float *queries,
                        int n, int k, float *out, const int E) {
    const int G = m->H / m->K, chunks = (E + LANES - 1) / LANES;
    const float *keys = head_of(m, p, layer, 0, k), *values = head_of(m, p, layer, 1, k);
    float highest[G], mass[G];
    floats answer[G][chunks];
    for (int g = 0; g < G; g++) {
        highest[g] = -INFINITY, mass[g] = 0.0f;
        for (int c = 0; c < chunks; c++) answer[g][c] = (floats){0};
    }
    int64_t seen = p->positions[n] + 1;
    for (int64_t first = 0; first < seen; first += LANES) {
        const int count = seen - first < LANES ? seen - first : LANES;
        int64_t slot = slot_of(p, n, first);
        const float *key = keys + slot * E, *value = values + slot * E;
        for (int g = 0; g < G; g++) {
            floats products[LANES];
            for (int j = 0; j < LANES; j++) products[j] = (floats){0};
            for (int c = 0; c < chunks; c++) {
                floats query = load_chunk(queries + g * E, c, E);
                UNROLL
                for (int j = 0; j < LANES; j++)
                    products[j] += query * load_chunk(key + j * E, c, E);
            }
            float score[LANES], top = highest[g];
            *(loose_floats *)score = sums(products, LANES);
            for (int j = 0; j < count; j++) top = score[j] > top ? score[j] : top;
            for (int j = 0; j < LANES; j++) score[j] = exponential(score[j] - top);
            for (int j = count; j < LANES; j++) score[j] = 0.0f; /* of nobody's positions */
            floats added = load(score);
            float fade = exponential(highest[g] - top);
            highest[g] = top;
            mass[g] = mass[g] * fade + sums(&added, 1)[0];
            for (int c = 0; c < chunks; c++) {
                floats sum = answer[g][c] * fade;
                for (int j = 0; j < count; j++)
                    sum += score[j] * load_chunk(value + j * E, c, E);
                answer[g][c] = sum;
            }
        }
    }
    for (int g = 0; g < G; g++) {
        const float *row = (const float *)answer[g];
        for (int e = 0; e < E; e++) out[g * E + e] = row[e] / mass[g];
    }
}

/* Attention of each new token to its sequence up to itself. qkv [N, H + 2K, E], out [N, H E]. */
static void attend(const struct model *m, const struct pass *p, int layer, const float *qkv,
                   float *out) {
    const int H = m->H, K = m->K, E = m->E, N = p->N;
    int64_t work = 0;
    for (int n = 0; n < N; n++) work += (p->positions[n] + 1) * H * E * 2;
    #pragma omp parallel for schedule(dynamic) num_threads(threads_for(p, work))
    for (int64_t i = 0; i < (int64_t)N * K; i++) {
        int n = i % N, k = i / N; /* neighbours in time share keys */
        const float *queries = qkv + ((int64_t)n * (H + 2 * K) + k * (H / K)) * E;
        float *answer = out + n * padded(H * E) + k * (H / K) * E;
        switch (E) { /* a width that the compiler knows lets it keep whole heads in registers */
        case 32: attend_head(m, p, layer, queries, n, k, answer, 32); break;
        case 64: attend_head(m, p, layer, queries, n, k, answer, 64); break;
        case 128: attend_head(m, p, layer, queries, n, k, answer, 128); break;
        default: attend_head(m, p, layer, queries, n, k, answer, E);
        }
    }
}

/* ---- The pass ---- */

int64_t scratch_floats(const struct model *m, int64_t N) {
    return N * (m->D + padded(m->D) + (m->H + 2 * m->K) * m->E + padded(m->H * m->E) + 2 * m->F
                + padded(m->F));
}

/* A wrong number must not become a wrong address. */
static int is_sound(const struct model *m, const struct pass *p) {
    for (int n = 0; n < p->N; n++) {
        int64_t position = p->positions[n];
        if (p->ids[n] < 0 || p->ids[n] >= m->embed.outputs || position < 0
            || position >= m->max_len || position / p->block_size >= p->M)
            return 0;
        const int32_t *table = p->tables + (int64_t)p->rows[n] * p->M;
        for (int64_t block = 0; block <= position / p->block_size; block++)
            if (table[block] < 0 || table[block] >= p->n_blocks) return 0;
    }
    if (p->W > p->N) return 0;
    for (int w = 0; w < p->W; w++)
        if (p->wanted[w] < 0 || p->wanted[w] >= p->N) return 0;
    return 1;
}

/* Returns 0, or -1 for an id, position, block or token that does not exist. */
int forward(const struct model *m, const struct pass *p) {
    const int N = p->N, D = m->D, F = m->F;
    const int64_t heads = (int64_t)m->H * m->E, qkv_width = heads + 2 * (int64_t)m->K * m->E;
    if (!is_sound(m, p)) return -1;
    float *x = p->scratch, *normed = x + (int64_t)N * D, *qkv = normed + N * padded(D);
    float *answers = qkv + N * qkv_width, *gate_up = answers + N * padded(heads);
    float *gated = gate_up + (int64_t)N * 2 * F;
    for (int64_t n = 0; n < N; n++) {
        embed(&m->embed, p->ids[n], x + n * D);
        for (int64_t i = D; i < padded(D); i++) normed[n * padded(D) + i] = 0.0f;
        for (int64_t i = heads; i < padded(heads); i++) answers[n * padded(heads) + i] = 0.0f;
        for (int64_t i = F; i < padded(F); i++) gated[n * padded(F) + i] = 0.0f;
    }
    for (int i = 0; i < m->n_layers; i++) {
        const struct layer *layer = m->layers + i;
        norm_all(p, x, layer->input_norm, D, m->eps, normed);
        project(p, &layer->qkv, normed, N, qkv, 0);
        store(m, p, i, qkv);
        attend(m, p, i, qkv, answers);
        project(p, &layer->o, answers, N, x, 1);
        norm_all(p, x, layer->ff_norm, D, m->eps, normed);
        project_gated(p, &layer->gate_up, normed, N, gate_up, gated);
        project(p, &layer->down, gated, N, x, 1);
    }
    for (int64_t w = 0; w < p->W; w++) {
        rms_norm(x + p->wanted[w] * D, m->norm, D, m->eps, normed + w * padded(D));
        if (p->hidden) memcpy(p->hidden + w * D, normed + w * padded(D), D * sizeof(float));
    }
    if (p->logits) project(p, &m->head, normed, p->W, p->logits, 0);
    return 0;
}
