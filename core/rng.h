/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.h - random streams by name.
 *
 * A stream is keyed by (seed, entity, purpose) and counts through Philox 4x32-10 (Salmon, Moraes, Dror, Shaw:
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011), so what one entity draws never depends on what another
 * draws or whether it exists.  A stream has no pointers: it may be copied and moved.
 */
#pragma once
#include <gsl/gsl_rng.h>
#include <stdint.h>

struct rng_stream {
    uint32_t key[2];
    uint32_t counter[4]; /* of the next block */
    uint32_t out[4];     /* the present block ... */
    uint32_t n_left;     /* ... of which the last n_left words have not been drawn */
    gsl_rng gsl;         /* see rng_stream_gsl() */
};

/** @entity  "server:eth0"; @purpose  "loss": one stream for each thing that is drawn */
void rng_stream_init(struct rng_stream *s, uint64_t seed, const char *entity, const char *purpose);

uint32_t rng_u32(struct rng_stream *s);
uint64_t rng_u64(struct rng_stream *s);
/** Uniform in the open interval (0, 1): the odd multiples of 2^-53. */
double rng_unit(struct rng_stream *s);
/** Uniform in 0..n-1, without bias; @n >= 1. */
uint32_t rng_below(struct rng_stream *s, uint32_t n);

/** The stream as a GSL generator, for gsl_ran_*(); borrowed, valid while @s stays where it is. */
gsl_rng *rng_stream_gsl(struct rng_stream *s);
extern const gsl_rng_type *const rng_gsl_type;

/** The bare function of counter and key; exposed for tests. */
void rng_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
