/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/bytes.h"
#include "models/wire/emit.h"

uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t n)
{
    uint64_t total = sum;
    for (; n >= 4; bytes += 4, n -= 4) total += get_be32(bytes); /* RFC 1071 s2(C): wider words give the same sum */
    if (n >= 2) total += get_be16(bytes);
    if (n & 1) total += (uint32_t) bytes[n & 2] << 8; /* the last odd byte, as if a zero followed */
    total = (total & 0xffffffff) + (total >> 32);
    return (uint32_t) ((total & 0xffff) + (total >> 16 & 0xffff) + (total >> 32 & 0xffff));
}

uint16_t checksum_fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~sum;
}
