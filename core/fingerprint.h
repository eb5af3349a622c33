/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fingerprint.h - what each entity did, as one number.
 *
 * An entity (link direction, socket, device, process) mixes in (time, kind, identity or result) at its observable
 * points; the run's fingerprint is the sum of hash(entity id, entity's hash), so it does not depend on the
 * order in which entities are visited or on how many shards own them.
 */
#pragma once
#include <stdint.h>

struct fingerprint {
    uint64_t hash;
};

/* Kinds of observable points. */
enum { FP_ENTERED_WIRE = 1, FP_ARRIVED, FP_DROPPED, FP_DELIVERED, FP_SYSCALL, FP_STATE };

static inline void fingerprint_mix(struct fingerprint *f, int64_t time, unsigned kind, uint64_t what)
{
    uint64_t x = ((uint64_t) time + ((uint64_t) kind << 58)) ^ what * 0x9e3779b97f4a7c15ull;
    f->hash = (f->hash ^ x) * 0xd6e8feb86659fd93ull;
    f->hash ^= f->hash >> 32;
}

/* splitmix64's finalizer */
static inline uint64_t fingerprint_final(uint64_t entity_id, const struct fingerprint *f)
{
    uint64_t z = f->hash + entity_id * 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}
