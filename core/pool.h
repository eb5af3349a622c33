/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.h - free lists of equal objects: taking and giving back costs a few nanoseconds and never fails after set-up.
 *
 * Memory comes in chunks and returns to the system only with the pool.  Objects are aligned to 64 bytes when their
 * size is a multiple of 64, else to 8.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct pool {
    void *free;      /* linked through the first word of each free object */
    uint64_t live;   /* objects taken and not given back */
    uint32_t size;   /* bytes an object */
    uint32_t n_chunk; /* objects in the next chunk: doubles up to 64 KiB of objects */
    char *fresh, *end; /* of the newest chunk: objects that were never taken */
    void *chunks;
    const char *name;
};

void pool_init(struct pool *p, const char *name, size_t size);
/** Gives all memory back, whether objects are live or not. */
void pool_free(struct pool *p);
/** The free list is empty: put a fresh object on it. */
void pool_grow(struct pool *p);

/** An object with undefined content. */
static inline void *pool_get(struct pool *p)
{
    if (__builtin_expect(!p->free, 0)) pool_grow(p);
    void *x = p->free;
    p->free = *(void **) x;
    p->live++;
    return x;
}

static inline void pool_put(struct pool *p, void *x)
{
    *(void **) x = p->free;
    p->free = x;
    p->live--;
}
