/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes.h - numbers in network order at any address. */
#pragma once
#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t get_be16(const void *at)
{
    uint16_t x;
    memcpy(&x, at, sizeof x);
    return be16toh(x);
}

static inline uint32_t get_be32(const void *at)
{
    uint32_t x;
    memcpy(&x, at, sizeof x);
    return be32toh(x);
}

static inline void put_be16(void *at, uint16_t x)
{
    x = htobe16(x);
    memcpy(at, &x, sizeof x);
}

static inline void put_be32(void *at, uint32_t x)
{
    x = htobe32(x);
    memcpy(at, &x, sizeof x);
}
