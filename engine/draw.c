/* Draws one token for each of W rows of logits, on the CPU, as sampling.py does without its filters.

   There `draw` and `describe` define what is computed; in torch that takes some fourteen passes over
   all logits, here a row stays in the processor's first cache from beginning to end. A row's result
   does not depend on its neighbours or on the number of threads, bit for bit.

   engine/native.py compiles this file, engine/native_draw.py calls it and owns all memory. */

#include "threads.h"
#include "vectors.h"

enum {
    BLOCK = 64, /* tokens whose mass is added up before that of others; whole vectors */
    COLUMNS = 4,
    MASS_COST = 16, /* multiplications that a token's mass is worth */
};

struct draws {
    const float *logits;       /* [W, V] */
    const uint8_t *banned;     /* [W, V], not 0 where a row must not draw the token; or NULL */
    const float *temperatures; /* [W]; 0 takes the likeliest token */
    const double *uniforms;    /* [W], in [0, 1) */
    float *scratch;            /* draw_floats(V) for each thread */
    double *drawn;             /* [W, COLUMNS]: id, logprob, entropy in bits, rank */
    int64_t W, V;
    int32_t threads;
};

int64_t draw_floats(int64_t V) { return (V + BLOCK - 1) / BLOCK * BLOCK; }

/* What is known of a distribution: its mass, in units of the likeliest token's, and the sum of
   mass * ln(mass), of which entropy is made. */
struct spread {
    float top;
    double mass, logs;
};

/* A float cannot hold what is rarer than this; it has no mass at all, as a token of -inf has none. */
INLINE float mass_of(float below) { return below < -87.0f ? 0.0f : exponential(below); }

/* The mass of a block is summed lane by lane: its tokens need not wait for each other. */
INLINE double block_mass(const float *masses) {
    double lanes[LANES] = {0}, sum = 0.0;
    for (int v = 0; v < BLOCK; v += LANES)
        for (int j = 0; j < LANES; j++) lanes[j] += masses[v + j];
    for (int j = 0; j < LANES; j++) sum += lanes[j];
    return sum;
}

static float highest(const float *x, int64_t n) {
    float lanes[LANES], top = -INFINITY;
    for (int j = 0; j < LANES; j++) lanes[j] = -INFINITY;
    for (int64_t v = 0; v < n; v += LANES)
        for (int j = 0; j < LANES; j++) lanes[j] = x[v + j] > lanes[j] ? x[v + j] : lanes[j];
    for (int j = 0; j < LANES; j++) top = lanes[j] > top ? lanes[j] : top;
    return top;
}

/* Logits to masses, in place; whole blocks of them. NaN makes NaN of all sums. */
static struct spread spread_out(float *x, int64_t n) {
    struct spread all = {highest(x, n), 0.0, 0.0};
    for (int64_t first = 0; first < n; first += BLOCK) {
        float *block = x + first, logs[BLOCK];
        for (int v = 0; v < BLOCK; v++) {
            float below = block[v] - all.top;
            block[v] = mass_of(below);
            logs[v] = block[v] * (below < -87.0f ? -87.0f : below); /* 0 * -inf is no number */
        }
        all.mass += block_mass(block);
        all.logs += block_mass(logs);
    }
    return all;
}

/* The token with which the sum of the masses exceeds `target`, which is less than all of them. One
   without mass ends where the one before it ends, and is never drawn; where a block's tokens, added
   one by one, come to a hair less than the block, it is the last of them that has mass. */
static int64_t invert(const float *masses, int64_t n, double target) {
    int64_t first = 0;
    double begun = 0.0;
    for (; first + BLOCK < n; first += BLOCK) {
        const double ended = begun + block_mass(masses + first);
        if (!(ended <= target)) break;
        begun = ended;
    }
    int64_t id = first;
    for (int64_t v = first; v < first + BLOCK && begun <= target; v++)
        if (masses[v] > 0.0f) {
            begun += masses[v];
            id = v;
        }
    return id;
}

/* The first of the likeliest tokens that are not banned. */
static int64_t likeliest(const float *logits, const uint8_t *banned, int64_t V) {
    int64_t id = 0;
    float top = -INFINITY;
    for (int64_t v = 0; v < V; v++)
        if (logits[v] > top && !(banned && banned[v])) {
            top = logits[v];
            id = v;
        }
    return id;
}

/* A row's logits as they are drawn from; x is filled up to a whole block with tokens of no mass. */
static void shape(const float *logits, const uint8_t *banned, float temperature, int64_t V,
                  float *x) {
    if (temperature == 1.0f)
        memcpy(x, logits, V * sizeof(float));
    else
        for (int64_t v = 0; v < V; v++) x[v] = logits[v] / temperature;
    if (banned)
        for (int64_t v = 0; v < V; v++) x[v] = banned[v] ? -INFINITY : x[v];
    for (int64_t v = V; v < draw_floats(V); v++) x[v] = -INFINITY;
}

static void draw_row(const struct draws *d, int64_t row, float *x) {
    const int64_t V = d->V, n = draw_floats(V);
    const float *logits = d->logits + row * V, temperature = d->temperatures[row];
    const uint8_t *banned = d->banned ? d->banned + row * V : NULL;
    double *drawn = d->drawn + row * COLUMNS;
    shape(logits, NULL, 1.0f, V, x);
    const struct spread own = spread_out(x, n);
    int64_t id;
    if (temperature == 0.0f) {
        id = likeliest(logits, banned, V);
    } else {
        double mass = own.mass;
        if (banned || temperature != 1.0f) {
            shape(logits, banned, temperature, V, x);
            mass = spread_out(x, n).mass;
        }
        id = invert(x, n, d->uniforms[row] * mass);
    }
    int32_t likelier = 0;
    for (int64_t v = 0; v < V; v++) likelier += logits[v] > logits[id];
    drawn[0] = id;
    drawn[1] = (double)logits[id] - own.top - log(own.mass);
    drawn[2] = (log(own.mass) - own.logs / own.mass) / log(2.0);
    drawn[3] = 1 + likelier;
}

void draw_rows(const struct draws *d) {
    const int threads = d->W * d->V * MASS_COST > WAKING ? d->threads : 1;
    #pragma omp parallel for schedule(dynamic, 4) num_threads(threads)
    for (int64_t row = 0; row < d->W; row++)
        draw_row(d, row, d->scratch + this_thread() * draw_floats(d->V));
}
