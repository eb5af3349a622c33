/* SPDX-License-Identifier: GPL-3.0-or-later */
/* truesize.c - how much memory a packet is charged for. */
#include "models/ip/ip.h"

enum {
    SIZEOF_SK_BUFF = 256,
    SIZEOF_SHARED_INFO = 320,
    NET_SKB_PAD = 64,
    SMALL_HEAD = 576,   /* SKB_SMALL_HEAD_SIZE of the traced 6.18 kernel */
    PAGE_BYTES = 4096,
};

/*
 * tun_alloc_skb(): less than a page together with NET_SKB_PAD stands in one head, which also holds skb_shared_info and
 * is rounded up to its slab class; more goes into page fragments behind a small head.
 *   up to 192 bytes: 256 + 576 = 832;  640: 1280;  1664: 2304;  3712: 4352;  4031: 8448;  above: 832 + whole pages
 */
uint32_t ip_truesize(uint32_t len)
{
    uint32_t head = len + NET_SKB_PAD + SIZEOF_SHARED_INFO;
    if (head <= SMALL_HEAD) return SIZEOF_SK_BUFF + SMALL_HEAD;
    if (len + NET_SKB_PAD < PAGE_BYTES) return SIZEOF_SK_BUFF + (1u << (32 - __builtin_clz(head - 1)));
    return SIZEOF_SK_BUFF + SMALL_HEAD + ((len + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1u));
}

uint32_t skb_truesize(uint32_t size)
{
    uint32_t head = size + SIZEOF_SHARED_INFO;
    return SIZEOF_SK_BUFF + (head <= SMALL_HEAD ? SMALL_HEAD : 1u << (32 - __builtin_clz(head - 1)));
}

bool ip_is_linear(uint32_t len)
{
    return len + NET_SKB_PAD < PAGE_BYTES;
}

uint32_t ip_head_overhead(void)
{
    return SIZEOF_SK_BUFF + NET_SKB_PAD + SIZEOF_SHARED_INFO;
}

/* tun_get_user() without virtio_net_hdr.hdr_len: as much as fits into a page (good_linear) goes to the head. */
uint32_t ip_truesize_long_head(uint32_t len)
{
    enum { GOOD_LINEAR = PAGE_BYTES - NET_SKB_PAD - SIZEOF_SHARED_INFO };
    if (len + NET_SKB_PAD < PAGE_BYTES) return ip_truesize(len);
    return SIZEOF_SK_BUFF + PAGE_BYTES + ((len - GOOD_LINEAR + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1u));
}
