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

#include "panels.h"
#include "threads.h"

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
    const int32_t *tables;          /* [n_rows, M] */
    const int64_t *wanted;          /* [W], which of the N tokens have a result */
    float *cache;                   /* [layers, 2, K, n_blocks * block_size, E] */
    float *scratch;                 /* scratch_floats() of them */
    float *local;                   /* local_floats for each thread */
    float *hidden;                  /* [W, D], the normed residual, or NULL */
    float *logits;                  /* [W, V], or NULL */
    int64_t local_floats;           /* what local_floats() says */
    int32_t N, W, M, n_rows, n_blocks, block_size, threads;
};

static int threads_for(const struct pass *p, int64_t multiplications) {
    return multiplications > WAKING ? p->threads : 1;
}

/* So many outputs are handed to a thread at a time: several pieces a thread, as one of them may have
   to wait for its processor. Whole blocks, and whole vectors of what follows a product. */
static int piece_of(int outputs, int threads) { return padded((outputs - 1) / (4 * threads) + 1); }

/* This thread's part of the scratch memory. */
static float *local_memory(const struct pass *p) {
    return p->local + this_thread() * p->local_floats;
}

/* Outputs first .. last of a product. */
static void multiply(const struct pass *p, const struct product *product, int first, int last) {
    if (product->w->kind == PANELS)
        multiply_panels(product, first, last);
    else
        multiply_rows(product, first, last, local_memory(p));
}

/* y = W x, or y += W x, for the N first rows of x. */
static void project(const struct pass *p, const struct matrix *w, const float *x, int N, float *y,
                    int add) {
    const struct product product = {w, x, y, w->outputs, N, add};
    const int threads = threads_for(p, (int64_t)N * w->outputs * w->inputs);
    const int piece = piece_of(w->outputs, threads);
    #pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int first = 0; first < w->outputs; first += piece)
        multiply(p, &product, first, first + piece < w->outputs ? first + piece : w->outputs);
}

/* silu(gate) * up, each gate and up made by the thread that joins them.
   gate_up [N, 2F] is scratch, gates first; out [N, padded F]. */
static void project_gated(const struct pass *p, const struct matrix *w, const float *x,
                          float *gate_up, float *out) {
    const int F = w->outputs / 2, N = p->N;
    const struct product product = {w, x, gate_up, w->outputs, N, 0};
    const int threads = threads_for(p, (int64_t)N * w->outputs * w->inputs);
    const int piece = piece_of(F, threads);
    #pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int first = 0; first < F; first += piece) {
        int last = first + piece < F ? first + piece : F;
        multiply(p, &product, first, last);
        multiply(p, &product, F + first, F + last);
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
    const char *row = (const char *)w->weights + id * bytes_of(w->kind, w->inputs);
    if (w->kind == FP32)
        memcpy(x, row, w->inputs * sizeof(float));
    else if (w->kind == BF16)
        for (int i = 0; i < w->inputs; i++) x[i] = from_bf16(((const uint16_t *)row)[i]);
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
    return 1.0f / sqrtf(sum_of(sum) / width + eps);
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

enum { HEADS = 4, CHUNKS = 4 }; /* of so many heads and vectors sums are held in registers */

/* Scaled products of the query heads with all keys up to token n: scores [G, width]. */
INLINE void score(const struct model *m, const struct pass *p, const float *keys,
                  const float *queries, int n, float *scores, int64_t width, const int E) {
    const int G = m->H / m->K, chunks = (E + LANES - 1) / LANES;
    const int64_t seen = p->positions[n] + 1;
    for (int64_t first = 0; first < seen; first += LANES) {
        const float *key = keys + slot_of(p, n, first) * E;
        for (int g = 0; g < G; g++) {
            floats products[LANES];
            UNROLL
            for (int j = 0; j < LANES; j++) products[j] = (floats){0};
            for (int c = 0; c < chunks; c++) {
                const floats query = load_chunk(queries + g * E, c, E);
                UNROLL
                for (int j = 0; j < LANES; j++) products[j] += query * load_chunk(key + j * E, c, E);
            }
            save(scores + g * width + first, sums(products, LANES));
        }
    }
    for (int g = 0; g < G; g++) /* what lies in the rest of the last block is not of this text */
        for (int64_t s = seen; s % LANES; s++) scores[g * width + s] = -INFINITY;
}

/* Scores to e^(score - highest); returns their sum. There are whole vectors of them. */
static float exponentials(float *scores, int64_t seen) {
    float top[LANES], highest = -INFINITY;
    floats sum = {0};
    save(top, load(scores));
    for (int64_t first = 0; first < seen; first += LANES)
        for (int j = 0; j < LANES; j++)
            top[j] = scores[first + j] > top[j] ? scores[first + j] : top[j];
    for (int j = 0; j < LANES; j++) highest = top[j] > highest ? top[j] : highest;
    for (int64_t first = 0; first < seen; first += LANES) {
        for (int j = 0; j < LANES; j++)
            scores[first + j] = exponential(scores[first + j] - highest);
        sum += load(scores + first);
    }
    return sum_of(sum);
}

/* Means of the values up to token n, weighted by each of some heads: n_chunks chunks from c on. */
INLINE void mix(const struct pass *p, const float *values, int n, const float *weights,
                int64_t width, const float *mass, float *out, const int n_heads, int c,
                const int n_chunks, const int E) {
    const int64_t seen = p->positions[n] + 1;
    floats sum[HEADS * CHUNKS];
    UNROLL
    for (int i = 0; i < n_heads * n_chunks; i++) sum[i] = (floats){0};
    for (int64_t first = 0; first < seen; first += LANES) {
        const float *value = values + slot_of(p, n, first) * E;
        const int64_t last = first + LANES < seen ? first + LANES : seen;
        for (int64_t s = first; s < last; s++, value += E)
            UNROLL
            for (int i = 0; i < n_chunks; i++) {
                const floats part = load_chunk(value, c + i, E);
                UNROLL
                for (int g = 0; g < n_heads; g++)
                    sum[g * n_chunks + i] += weights[g * width + s] * part;
            }
    }
    for (int g = 0; g < n_heads; g++)
        for (int i = 0; i < n_chunks; i++)
            for (int j = 0, e = (c + i) * LANES; j < LANES && e < E; j++, e++)
                out[g * E + e] = sum[g * n_chunks + i][j] / mass[g];
}

/* The H / K queries of token n that share key/value head k. */
INLINE void attend_head(const struct model *m, const struct pass *p, int layer,
                        const float *queries, int n, int k, float *out, const int E) {
    const int G = m->H / m->K, step = E % (CHUNKS * LANES) ? 1 : CHUNKS;
    const float *keys = head_of(m, p, layer, 0, k), *values = head_of(m, p, layer, 1, k);
    const int64_t width = (int64_t)p->M * p->block_size;
    float *scores = local_memory(p), mass[HEADS];
    score(m, p, keys, queries, n, scores, width, E);
    for (int g = 0; g < G; g += HEADS, out += HEADS * E, scores += HEADS * width) {
        const int n_heads = G - g < HEADS ? G - g : HEADS;
        for (int i = 0; i < n_heads; i++)
            mass[i] = exponentials(scores + i * width, p->positions[n] + 1);
        for (int c = 0; c * LANES < E; c += step)
            switch (n_heads) {
            case 1: mix(p, values, n, scores, width, mass, out, 1, c, step, E); break;
            case 2: mix(p, values, n, scores, width, mass, out, 2, c, step, E); break;
            case 3: mix(p, values, n, scores, width, mass, out, 3, c, step, E); break;
            default: mix(p, values, n, scores, width, mass, out, HEADS, c, step, E);
            }
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

/* A thread holds widened rows of weights, or the scores of some heads with so many positions. */
int64_t local_floats(const struct model *m, int64_t positions) {
    int64_t widest = m->D > m->F ? m->D : m->F, scores = m->H / m->K * positions;
    int64_t rows = OUTPUTS * padded(widest > m->H * m->E ? widest : m->H * m->E);
    return rows > scores ? rows : scores;
}

/* A wrong number must not become a wrong address. */
static int is_sound(const struct model *m, const struct pass *p) {
    for (int n = 0; n < p->N; n++) {
        int64_t position = p->positions[n];
        if (p->ids[n] < 0 || p->ids[n] >= m->embed.outputs || position < 0
            || position >= m->max_len || position / p->block_size >= p->M || p->rows[n] < 0
            || p->rows[n] >= p->n_rows)
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

/* What forward() does, for the tokens from `origin` on of those that p->wanted counts. */
static void run(const struct model *m, const struct pass *p, int64_t origin) {
    const int N = p->N, D = m->D, F = m->F;
    const int64_t heads = (int64_t)m->H * m->E, qkv_width = heads + 2 * (int64_t)m->K * m->E;
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
        project_gated(p, &layer->gate_up, normed, gate_up, gated);
        project(p, &layer->down, gated, N, x, 1);
    }
    for (int64_t w = 0; w < p->W; w++) {
        rms_norm(x + (p->wanted[w] - origin) * D, m->norm, D, m->eps, normed + w * padded(D));
        if (p->hidden) memcpy(p->hidden + w * D, normed + w * padded(D), D * sizeof(float));
    }
    if (p->logits) project(p, &m->head, normed, p->W, p->logits, 0);
}

/* Where part i of so many begins: at a sequence, as its tokens attend to each other. */
static int start_of_part(const struct pass *p, int i, int parts) {
    int n = (int64_t)p->N * i / parts;
    while (n > 0 && n < p->N && p->rows[n] == p->rows[n - 1]) n++;
    return n;
}

/* Into how many parts the sequences are shared out. The weights of a small model are in reach of
   every processor, while what another one has just written must be fetched from it: there each
   takes some sequences through all layers by itself. Else, and where that would leave one of them
   with most of the work, they share each product instead, and read every weight once. */
static int parts_of(const struct model *m, const struct pass *p) {
    const int parts = p->threads;
    if (m->head.kind != PANELS || p->N < 2 * parts) return 1;
    for (int i = 0; i < parts; i++)
        if (start_of_part(p, i + 1, parts) - start_of_part(p, i, parts) > 2 * p->N / (parts + 1))
            return 1;
    for (int w = 1; w < p->W; w++)
        if (p->wanted[w] <= p->wanted[w - 1]) return 1;
    return parts;
}

/* Returns 0, or -1 for an id, position, block or token that does not exist. */
int forward(const struct model *m, const struct pass *p) {
    if (!is_sound(m, p)) return -1;
    const int parts = parts_of(m, p);
    if (parts == 1) {
        run(m, p, 0);
        return 0;
    }
    #pragma omp parallel for schedule(static, 1) num_threads(parts)
    for (int i = 0; i < parts; i++) {
        const int first = start_of_part(p, i, parts), last = start_of_part(p, i + 1, parts);
        int from = 0, to = 0;
        for (int w = 0; w < p->W; w++) from += p->wanted[w] < first, to += p->wanted[w] < last;
        struct pass part = *p;
        part.ids += first, part.positions += first, part.rows += first, part.N = last - first;
        part.wanted += from, part.W = to - from, part.threads = 1;
        part.scratch += scratch_floats(m, first), part.local += i * p->local_floats;
        if (p->hidden) part.hidden += (int64_t)from * m->D;
        if (p->logits) part.logits += (int64_t)from * m->head.outputs;
        run(m, &part, first);
    }
    return 0;
}
