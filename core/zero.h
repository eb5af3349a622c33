/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zero.h - clear a small structure on the hot path. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/**
 * Clear @n bytes (a compile-time constant, a multiple of 8) at @p, which is aligned to 8.
 * memset() becomes `rep stos` for such sizes, whose start-up alone costs more than these stores.
 */
static inline void zero_words(void *p, size_t n)
{
    uint64_t zero = 0, *w = p;
    __asm__("" : "+r"(zero)); /* or the loop would be turned into memset() again */
#pragma GCC unroll 32
    for (size_t i = 0; i < n / 8; i++) w[i] = zero;
}
