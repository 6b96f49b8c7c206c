/* What lies between the matrix products of one decoding step, for rows of one new token each.

   A nano model's step is some 25 small operators a layer, and each costs more to launch than to
   compute. Here they are three functions; the products themselves stay with the library.
   engine/native.py compiles this file, engine/native_decode.py calls it, and a test holds the
   logits equal to those of model.py. All numbers are fp32, all arrays contiguous.
   Letters as in model.py: B rows, H query heads, K key/value heads, E width of a head, S positions
   a row of the cache can hold. No result of a row depends on the rows beside it. */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* e^x to 2e-7: 2^n * e^r with |r| <= ln(2) / 2. Unlike the library's expf it can be vectorised. */
static inline float exponential(float x) {
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

static inline float dot(const float *a, const float *b, int n) {
    float sum = 0.0f;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* RMSNorm of each row: [B, width] to [B, width]. */
void rms_norm(const float *x, const float *weight, float eps, float *out, int B, int width) {
    for (int b = 0; b < B; b++, x += width, out += width) {
        float factor = 1.0f / sqrtf(dot(x, x, width) / width + eps);
        for (int i = 0; i < width; i++) out[i] = x[i] * factor * weight[i];
    }
}

/* silu(gate) * up: [B, 2F], gate first, to [B, F]. */
void swiglu(const float *gate_up, float *out, int B, int F) {
    for (int b = 0; b < B; b++, gate_up += 2 * F, out += F)
        for (int i = 0; i < F; i++)
            out[i] = gate_up[i] / (1.0f + exponential(-gate_up[i])) * gate_up[F + i];
}

struct attention {
    const float *q_norm, *k_norm; /* [E]; both NULL without QK-norm */
    const float *cos, *sin;       /* [positions, E] */
    float eps;
    int H, K, E;
};

/* Norm (if any), rotary turn and scaling of one head's vector. */
static inline void place(const struct attention *a, const float *x, const float *norm,
                         int64_t position, float factor, float *out, int E) {
    const float *cos = a->cos + position * E, *sin = a->sin + position * E;
    float scaled[E];
    if (norm) factor /= sqrtf(dot(x, x, E) / E + a->eps);
    for (int e = 0; e < E; e++) scaled[e] = x[e] * factor * (norm ? norm[e] : 1.0f);
    for (int e = 0; e < E / 2; e++) {
        out[e] = scaled[e] * cos[e] - scaled[e + E / 2] * sin[e];
        out[e + E / 2] = scaled[e + E / 2] * cos[e + E / 2] + scaled[e] * sin[e + E / 2];
    }
}

/* One key/value head k of one row: store its new key and value, then answer its H / K queries. */
static inline void attend_head(const struct attention *a, const float *qkv, int64_t position,
                               int k, float *keys, float *values, float *scores, float *out,
                               int E) {
    int G = a->H / a->K;
    int64_t n = position + 1;
    place(a, qkv + (a->H + k) * E, a->k_norm, position, 1.0f, keys + position * E, E);
    memcpy(values + position * E, qkv + (a->H + a->K + k) * E, E * sizeof(float));
    for (int g = 0; g < G; g++) {
        float query[E], sum[E];
        place(a, qkv + (k * G + g) * E, a->q_norm, position, 1.0f / sqrtf(E), query, E);
        float highest = -INFINITY, mass = 0.0f;
        for (int64_t s = 0; s < n; s++) {
            scores[s] = dot(query, keys + s * E, E);
            highest = scores[s] > highest ? scores[s] : highest;
        }
        for (int64_t s = 0; s < n; s++) mass += scores[s] = exponential(scores[s] - highest);
        for (int e = 0; e < E; e++) sum[e] = 0.0f;
        for (int64_t s = 0; s < n; s++)
            for (int e = 0; e < E; e++) sum[e] += scores[s] * values[s * E + e];
        for (int e = 0; e < E; e++) out[(k * G + g) * E + e] = sum[e] / mass;
    }
}

/* Attention of each row's new token, at positions[b], to the row's tokens up to itself.
   qkv [B, H + 2K, E]; keys and values [B, K, S, E]; scores: room for [B, K, S]; out [B, H, E]. */
void attend(const struct attention *a, const float *qkv, const int64_t *positions, float *keys,
            float *values, int S, float *scores, float *out, int B) {
    int H = a->H, K = a->K, E = a->E;
    int64_t work = 0, rows = (int64_t)S * E;
    for (int b = 0; b < B; b++) work += (positions[b] + 1) * H * E;
    /* Waking other threads costs as much as some 200,000 multiplications. */
    #pragma omp parallel for collapse(2) schedule(dynamic, 4) if (work > 200000)
    for (int b = 0; b < B; b++)
        for (int k = 0; k < K; k++) {
            int64_t head = (int64_t)b * K + k;
            const float *row = qkv + (int64_t)b * (H + 2 * K) * E;
            float *key = keys + head * rows, *value = values + head * rows;
            float *score = scores + head * S, *answer = out + (int64_t)b * H * E;
            /* A width that the compiler knows lets it keep whole heads in registers. */
            switch (E) {
            case 32: attend_head(a, row, positions[b], k, key, value, score, answer, 32); break;
            case 64: attend_head(a, row, positions[b], k, key, value, score, answer, 64); break;
            case 128: attend_head(a, row, positions[b], k, key, value, score, answer, 128); break;
            default: attend_head(a, row, positions[b], k, key, value, score, answer, E);
            }
        }
}
