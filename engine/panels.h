/* Products with the fp32 weights of a small model, laid out so that no sum runs across a vector.

   A panel is PANEL rows of weights side by side: [inputs, PANEL]. A vector then holds the same input
   of several outputs, so the sums of a tile are finished as they stand; with rows of two hundred
   inputs the adding up would take half of the time. The weights are laid out anew for it, and so lie
   in memory twice. Sums run over the inputs one by one, in every tile. */

#ifndef LLMLAB_PANELS_H
#define LLMLAB_PANELS_H

#include "products.h"

enum {
    PANEL = 16,
    VECTORS = PANEL / LANES,        /* of a panel */
    SIDE = LANES == 16 ? 4 : 1,     /* most panels of a tile */
    PANEL_TOKENS = 6,               /* and tokens: 24 sums, of 32 registers; 12 of 16 with AVX2 */
};

/* Outputs first .. first + panels * PANEL of n tokens from `token` on. */
INLINE void panel_tile(const int n, const int panels, const struct product *p, int first,
                       int token) {
    const int inputs = p->w->inputs, columns = panels * VECTORS;
    const int64_t x_width = padded(inputs), panel_size = (int64_t)inputs * PANEL;
    const float *weights = (const float *)p->w->weights + first / PANEL * panel_size;
    const float *x = p->x + token * x_width;
    floats sum[PANEL_TOKENS * SIDE * VECTORS];
    UNROLL
    for (int i = 0; i < n * columns; i++) sum[i] = (floats){0};
    for (int k = 0; k < inputs; k++) {
        floats column[SIDE * VECTORS];
        UNROLL
        for (int i = 0; i < columns; i++)
            column[i] = load(weights + i / VECTORS * panel_size + k * PANEL + i % VECTORS * LANES);
        UNROLL
        for (int t = 0; t < n; t++) {
            floats input = (floats){0} + x[t * x_width + k];
            UNROLL
            for (int i = 0; i < columns; i++) sum[t * columns + i] += column[i] * input;
        }
    }
    UNROLL
    for (int t = 0; t < n; t++) {
        float *y = p->y + (token + t) * p->y_width + first;
        UNROLL
        for (int i = 0; i < columns; i++) {
            floats value = sum[t * columns + i];
            save(y + i * LANES, p->add ? load(y + i * LANES) + value : value);
        }
    }
}

INLINE void panel_tiles(const int panels, const struct product *p, int first) {
    for (int token = 0, n; token < p->N; token += n) {
        const int left = p->N - token;
        n = left >= PANEL_TOKENS ? PANEL_TOKENS : left >= 3 ? 3 : left;
        switch (n) {
        case 1: panel_tile(1, panels, p, first, token); break;
        case 2: panel_tile(2, panels, p, first, token); break;
        case 3: panel_tile(3, panels, p, first, token); break;
        default: panel_tile(PANEL_TOKENS, panels, p, first, token);
        }
    }
}

/* Outputs first .. last of all tokens; whole panels. */
static void multiply_panels(const struct product *p, int first, int last) {
    while (first < last) {
        const int panels = (last - first) / PANEL;
        if (panels >= 4 && SIDE == 4) {
            panel_tiles(SIDE, p, first);
            first += SIDE * PANEL;
        } else if (panels >= 2 && SIDE == 4) {
            panel_tiles(SIDE / 2, p, first);
            first += SIDE / 2 * PANEL;
        } else {
            panel_tiles(1, p, first);
            first += PANEL;
        }
    }
}

#endif
