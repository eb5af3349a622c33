/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.h - pointers by a 64-bit key: open addressing, linear probing, at most half full. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    uint64_t key;
    void *value;      /* NULL: empty */
};

struct map {
    struct map_slot *slots; /* NULL until the first entry */
    uint32_t mask, n;
    unsigned shift;         /* 64 - log2(slots) */
};

static inline uint32_t map_home(const struct map *m, uint64_t key)
{
    return (uint32_t) ((key * 0x9e3779b97f4a7c15ull) >> m->shift);
}

/** NULL: not there. */
static inline void *map_get(const struct map *m, uint64_t key)
{
    if (!m->slots) return NULL;
    for (uint32_t i = map_home(m, key);; i = (i + 1) & m->mask)
        if (m->slots[i].key == key || !m->slots[i].value) return m->slots[i].value;
}

/** Set; @value is not NULL. */
void map_set(struct map *m, uint64_t key, void *value);
/** Remove, if it is there. */
void map_del(struct map *m, uint64_t key);
void map_free(struct map *m);
