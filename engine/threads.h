/* What threads share: when they are worth waking, and which of them this is. */

#ifndef LLMLAB_THREADS_H
#define LLMLAB_THREADS_H

#ifdef _OPENMP
int omp_get_thread_num(void); /* clang comes without omp.h */
#endif

enum { WAKING = 200000 }; /* Waking other threads costs as much as so many multiplications. */

static inline int this_thread(void) {
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

#endif
