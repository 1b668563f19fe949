/* The timed loops of llama.cpp's tools/llama-bench (test_gen, test_prompt): decode or prefill random tokens, wait for the result. */
#include "llama.h"
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

double loop_decode(struct llama_context * context, int count, int vocabulary) {
    const double start = now();
    for (int i = 0; i < count; i++) {
        llama_token token = rand() % vocabulary;
        llama_decode(context, llama_batch_get_one(&token, 1));
        llama_synchronize(context);
    }
    return now() - start;
}

double loop_prefill(struct llama_context * context, int count, int vocabulary) {
    llama_token * tokens = malloc(sizeof(llama_token) * count);
    for (int i = 0; i < count; i++) tokens[i] = rand() % vocabulary;
    const double start = now();
    llama_decode(context, llama_batch_get_one(tokens, count));
    llama_synchronize(context);
    const double spent = now() - start;
    free(tokens);
    return spent;
}
