/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/ip/map.h"

#include <glib.h>

static void insert(struct map *m, uint64_t key, void *value)
{
    uint32_t i = map_home(m, key);
    while (m->slots[i].value && m->slots[i].key != key) i = (i + 1) & m->mask;
    m->n += !m->slots[i].value;
    m->slots[i] = (struct map_slot){ key, value };
}

static void grow(struct map *m)
{
    struct map_slot *old = m->slots;
    uint32_t n_old = old ? m->mask + 1 : 0, size = old ? 2 * n_old : 8;
    m->slots = g_new0(struct map_slot, size);
    m->mask = size - 1;
    m->shift = 64 - (unsigned) __builtin_ctz(size);
    m->n = 0;
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i].value) insert(m, old[i].key, old[i].value);
    g_free(old);
}

void map_set(struct map *m, uint64_t key, void *value)
{
    if (!m->slots || 2 * (m->n + 1) > m->mask + 1) grow(m);
    insert(m, key, value);
}

/* Knuth, TAOCP 3, section 6.4, algorithm R: what the gap would hide moves back into it. */
void map_del(struct map *m, uint64_t key)
{
    if (!m->slots) return;
    uint32_t i = map_home(m, key);
    while (m->slots[i].value && m->slots[i].key != key) i = (i + 1) & m->mask;
    if (!m->slots[i].value) return;
    m->n--;
    for (uint32_t j = i;;) {
        m->slots[i].value = NULL;
        do {
            j = (j + 1) & m->mask;
            if (!m->slots[j].value) return;
        } while (((j - map_home(m, m->slots[j].key)) & m->mask) < ((j - i) & m->mask));
        m->slots[i] = m->slots[j];
        i = j;
    }
}

void map_free(struct map *m)
{
    g_free(m->slots);
    *m = (struct map){ 0 };
}
