/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rng.h"

#include "core/check.h"

void rng_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t) 0xd2511f53 * c0, p1 = (uint64_t) 0xcd9e8d57 * c2;
        uint32_t n0 = (uint32_t) (p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t) (p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t) p1;
        c3 = (uint32_t) p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9e3779b9; /* the key's Weyl sequence: golden ratio, sqrt(3) - 1 */
        k1 += 0xbb67ae85;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* splitmix64's step: a bijection of the state for every @x, so no information is lost on the way. */
static uint64_t hash_step(uint64_t h, uint64_t x)
{
    h = (h ^ x) + 0x9e3779b97f4a7c15ull;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
    return h ^ (h >> 31);
}

/* The end of a word counts as a letter that no word contains, so ("ab", "c") and ("a", "bc") differ. */
static uint64_t hash_word(uint64_t h, const char *word)
{
    while (*word) h = hash_step(h, (unsigned char) *word++);
    return hash_step(h, 256);
}

void rng_stream_init(struct rng_stream *s, uint64_t seed, const char *entity, const char *purpose)
{
    uint64_t h = hash_word(hash_word(hash_step(0, seed), entity), purpose);
    *s = (struct rng_stream){ .key = { (uint32_t) h, (uint32_t) (h >> 32) } };
}

uint32_t rng_u32(struct rng_stream *s)
{
    if (!s->n_left) {
        rng_philox4x32(s->counter, s->key, s->out);
        for (int i = 0; i < 4 && !++s->counter[i]; i++) continue; /* 128-bit increment */
        s->n_left = 4;
    }
    return s->out[4 - s->n_left--];
}

uint64_t rng_u64(struct rng_stream *s)
{
    uint64_t high = rng_u32(s);
    return high << 32 | rng_u32(s);
}

double rng_unit(struct rng_stream *s)
{
    return (double) (rng_u64(s) >> 11 | 1) * 0x1p-53;
}

uint32_t rng_below(struct rng_stream *s, uint32_t n)
{
    ns_debug_assert(n >= 1);
    /* Lemire 2019, "Fast random integer generation in an interval": reject the short part of the last cycle. */
    uint64_t m = (uint64_t) rng_u32(s) * n;
    if (ns_unlikely((uint32_t) m < n)) {
        uint32_t reject = -n % n;
        while ((uint32_t) m < reject) m = (uint64_t) rng_u32(s) * n;
    }
    return (uint32_t) (m >> 32);
}

static void gsl_set(void *state, unsigned long seed)
{
    struct rng_stream *s = state;
    gsl_rng gsl = s->gsl; /* it may be the generator that is at work */
    rng_stream_init(s, seed, "gsl", "");
    s->gsl = gsl;
}

static unsigned long gsl_get(void *state)
{
    return rng_u32(state);
}

static double gsl_get_double(void *state)
{
    return rng_unit(state);
}

static const gsl_rng_type philox = {
    .name = "philox4x32-10", .max = UINT32_MAX, .min = 0, .size = sizeof(struct rng_stream),
    .set = gsl_set, .get = gsl_get, .get_double = gsl_get_double,
};
const gsl_rng_type *const rng_gsl_type = &philox;

gsl_rng *rng_stream_gsl(struct rng_stream *s)
{
    s->gsl = (gsl_rng){ .type = rng_gsl_type, .state = s };
    return &s->gsl;
}
