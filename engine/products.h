/* Products of weights (fp32, bf16, int8 or int4) and fp32 inputs.

   Narrow weights are widened on their way into the registers, or once for a block of them where
   many tokens follow; the numbers that are multiplied, and so the sums, are the same. */

#ifndef LLMLAB_PRODUCTS_H
#define LLMLAB_PRODUCTS_H

#include "vectors.h"

enum { FP32, BF16, INT8, INT4, PANELS };
enum {
    GROUP = 32,                  /* int4 weights that share a scale; rows of inputs are padded */
    OUTPUTS = 4,                 /* a tile, whose sums are held in registers: so many outputs */
    TOKENS = LANES == 8 ? 2 : 6, /* of so many tokens; AVX2 has but 16 registers */
    LINE = 64,                   /* bytes that come from memory together */
    AHEAD = 8192,                /* bytes to call for early: half a microsecond's worth */
    CHUNK = 1 << 18,             /* bytes of inputs that stay in a processor's second-level cache */
};

/* W [outputs, inputs] as in nn.Linear. */
struct matrix {
    const void *weights; /* int4: two a byte, weights i and i + 16 of a group */
    const void *scales;  /* int8: fp32 [outputs]; int4: bf16 [outputs, groups, (step, least)] */
    int32_t kind, outputs, inputs;
};

/* y = W x of N tokens, or y += W x where `add`; the rows of x are padded, with zeros. */
struct product {
    const struct matrix *w;
    const float *x; /* [N, padded inputs] */
    float *y;       /* [N, y_width] */
    int64_t y_width;
    int N, add;
};

/* Some rows of weights, and which outputs they give. */
struct rows {
    const char *weights;
    const uint32_t *scales; /* of int4: a (step, least) for each group */
    int first, count, inputs;
};

INLINE int64_t padded(int64_t n) { return (n + GROUP - 1) / GROUP * GROUP; }

INLINE int64_t bytes_of(const int kind, int64_t inputs) {
    return kind == FP32 ? 4 * inputs : kind == BF16 ? 2 * inputs : kind == INT8 ? inputs
                                                                               : inputs / 2;
}

/* LANES weights of a row, from input k on. */
INLINE floats widen(const int kind, const char *row, const uint32_t *scales, int64_t k) {
    if (kind == FP32) return load((const float *)row + k);
    if (kind == BF16) return (floats)(wide_shorts(row + 2 * k) << 16);
    if (kind == INT8) return to_floats(wide_bytes(row + k));
    int64_t group = k / GROUP, within = k % GROUP;
    ints pairs = wide_unsigned_bytes(row + group * (GROUP / 2) + within % (GROUP / 2));
    ints both = (ints){0} + (int32_t)scales[group]; /* two bf16: the upper halves of two fp32 */
    floats step = (floats)(both << 16), least = (floats)(both & -65536);
    return to_floats(within < GROUP / 2 ? pairs & 15 : pairs >> 4) * step + least;
}

/* OUTPUTS outputs of n tokens from token `first` on. Sums run over the inputs in steps of LANES,
   with one vector for each token and output: the same order in every tile. For each GROUP of inputs
   some cache lines are called for from `ahead` on: rows are short, and left to itself the processor
   looks no further than their end. */
INLINE void tile(const int kind, const int n, const struct product *p, const struct rows *w,
                 int first, const char *ahead, int lines) {
    const int inputs = w->inputs;
    const int64_t x_width = padded(inputs);
    const float *x = p->x + first * x_width;
    const char *row[OUTPUTS];
    const uint32_t *scales[OUTPUTS];
    for (int i = 0; i < OUTPUTS; i++) {
        int64_t index = i < w->count ? i : 0; /* at the end, some row in place of none */
        row[i] = w->weights + index * bytes_of(kind, inputs);
        scales[i] = kind == INT4 ? w->scales + index * (inputs / GROUP) : NULL;
    }
    floats sum[TOKENS * OUTPUTS];
    UNROLL
    for (int i = 0; i < n * OUTPUTS; i++) sum[i] = (floats){0};
    int k = 0;
    for (; k + GROUP <= inputs; k += GROUP) {
        for (int line = 0; line < lines; line++, ahead += LINE) __builtin_prefetch(ahead, 0, 2);
        UNROLL
        for (int step = k; step < k + GROUP; step += LANES) {
            floats weights[OUTPUTS];
            UNROLL
            for (int i = 0; i < OUTPUTS; i++) weights[i] = widen(kind, row[i], scales[i], step);
            UNROLL
            for (int t = 0; t < n; t++) {
                floats input = load(x + t * x_width + step);
                UNROLL
                for (int i = 0; i < OUTPUTS; i++) sum[t * OUTPUTS + i] += weights[i] * input;
            }
        }
    }
    for (; k < inputs; k += LANES) { /* never int4, whose rows are padded */
        int64_t left = bytes_of(kind, inputs - k < LANES ? inputs - k : LANES);
        for (int i = 0; i < OUTPUTS; i++) {
            char end[LANES * sizeof(float)] = {0};
            memcpy(end, row[i] + bytes_of(kind, k), left);
            floats weights = widen(kind, end, scales[i], 0);
            UNROLL
            for (int t = 0; t < n; t++)
                sum[t * OUTPUTS + i] += weights * load(x + t * x_width + k);
        }
    }
    float result[TOKENS * OUTPUTS + LANES];
    UNROLL
    for (int i = 0; i < n * OUTPUTS; i += LANES)
        save(result + i, sums(sum + i, n * OUTPUTS - i < LANES ? n * OUTPUTS - i : LANES));
    for (int t = 0; t < n; t++)
        for (int i = 0; i < w->count; i++) {
            float value = result[t * OUTPUTS + i], *y = p->y + (first + t) * p->y_width;
            if (p->w->kind == INT8) value *= ((const float *)p->w->scales)[w->first + i];
            y[w->first + i] = p->add ? y[w->first + i] + value : value;
        }
}

/* So many of the tokens that are left go into one tile: a size that tiles are compiled for. */
INLINE int n_of_tile(int left) { return left >= TOKENS ? TOKENS : left >= 4 ? 4 : left >= 2 ? 2 : 1; }

INLINE void tile_of_kind(const int kind, int n, const struct product *p, const struct rows *w,
                         int first, const char *ahead, int lines) {
    switch (n) {
    case 1: tile(kind, 1, p, w, first, ahead, lines); break;
    case 2: tile(kind, 2, p, w, first, ahead, lines); break;
    case 4: tile(kind, TOKENS < 4 ? 1 : 4, p, w, first, ahead, lines); break;
    default: tile(kind, TOKENS, p, w, first, ahead, lines);
    }
}

/* Rows of a matrix as fp32 rows that are padded as those of x are. */
static void widen_rows(const struct matrix *w, const struct rows *from, float *out) {
    const int inputs = w->inputs;
    const char *row = from->weights;
    const uint32_t *scales = from->scales;
    for (int i = 0; i < from->count; i++, out += padded(inputs)) {
        int k = 0;
        switch (w->kind) {
        case BF16:
            for (; k + LANES <= inputs; k += LANES) save(out + k, widen(BF16, row, scales, k));
            for (; k < inputs; k++) out[k] = from_bf16(((const uint16_t *)row)[k]);
            break;
        case INT8:
            for (; k + LANES <= inputs; k += LANES) save(out + k, widen(INT8, row, scales, k));
            for (; k < inputs; k++) out[k] = ((const int8_t *)row)[k];
            break;
        default:
            for (; k < inputs; k += LANES) save(out + k, widen(INT4, row, scales, k));
        }
        for (; k < padded(inputs); k++) out[k] = 0.0f;
        row += bytes_of(w->kind, inputs);
        if (w->kind == INT4) scales += inputs / GROUP;
    }
}

INLINE struct rows rows_of(const struct matrix *w, int64_t first, int64_t last) {
    return (struct rows){
        .weights = (const char *)w->weights + first * bytes_of(w->kind, w->inputs),
        .scales = w->kind == INT4 ? (const uint32_t *)w->scales + first * (w->inputs / GROUP)
                                  : NULL,
        .first = first, .count = last - first, .inputs = w->inputs};
}

/* Outputs first .. last of the tokens begin .. end. `wide` is room for OUTPUTS padded rows. */
static void multiply_chunk(const struct product *p, int first, int last, int begin, int end,
                           float *wide) {
    const struct matrix *w = p->w;
    const int64_t bytes = OUTPUTS * bytes_of(w->kind, w->inputs);
    const int turns = (end - begin + TOKENS - 1) / TOKENS;
    const int widened = w->kind != FP32 && turns > 1;
    /* The tiles of some outputs share the work of calling for the weights of later ones. */
    const int group_lines = (OUTPUTS * bytes_of(w->kind, GROUP) + LINE - 1) / LINE;
    const int lines = (group_lines + turns - 1) / turns;
    const int64_t share = (int64_t)lines * LINE * (w->inputs / GROUP);
    const int64_t distance = turns == 1 && bytes < AHEAD ? AHEAD : bytes;
    const char *past = (const char *)w->weights + last * bytes_of(w->kind, w->inputs);
    for (int o = first; o < last; o += OUTPUTS) {
        struct rows rows = rows_of(w, o, o + OUTPUTS < last ? o + OUTPUTS : last);
        const char *ahead = rows.weights + distance;
        if (widened) {
            widen_rows(w, &rows, wide);
            rows.weights = (const char *)wide;
            rows.inputs = padded(w->inputs);
        }
        for (int token = begin, n; token < end; token += n, ahead += share) {
            n = n_of_tile(end - token);
            const int called = ahead < past ? lines : 0;
            switch (widened ? FP32 : w->kind) {
            case FP32: tile_of_kind(FP32, n, p, &rows, token, ahead, called); break;
            case BF16: tile_of_kind(BF16, n, p, &rows, token, ahead, called); break;
            case INT8: tile_of_kind(INT8, n, p, &rows, token, ahead, called); break;
            default: tile_of_kind(INT4, n, p, &rows, token, ahead, called);
            }
        }
    }
}

/* Outputs first .. last of all tokens; as many tokens at a time as the cache holds inputs of. */
static void multiply_rows(const struct product *p, int first, int last, float *wide) {
    const int fit = CHUNK / (sizeof(float) * padded(p->w->inputs)) / TOKENS * TOKENS;
    const int chunk = fit < TOKENS ? TOKENS : fit;
    for (int begin = 0; begin < p->N; begin += chunk)
        multiply_chunk(p, first, last, begin, begin + chunk < p->N ? begin + chunk : p->N, wide);
}

#endif
