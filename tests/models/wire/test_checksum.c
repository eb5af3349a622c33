/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/emit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void the_sum_of_rfc_1071_section_3_comes_out(void **state)
{
    (void) state;
    static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
    assert_int_equal(checksum_fold(checksum_add(0, bytes, sizeof bytes)), (uint16_t) ~0xddf2);
}

static void a_real_header_with_its_checksum_sums_to_zero(void **state)
{
    (void) state;
    static const uint8_t recorded[] = { 0x45, 0x00, 0x00, 0x3c, 0x38, 0x1a, 0x40, 0x00, 0x40, 0x06,
                                        0xee, 0x9d, 0x0a, 0x01, 0x00, 0x01, 0x0a, 0x01, 0x00, 0x02 };
    assert_int_equal(checksum_fold(checksum_add(0, recorded, sizeof recorded)), 0);
}

/* Word by word with end-around carry, as RFC 1071 s1 defines it. */
static uint16_t naive(const uint8_t *bytes, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += i & 1 ? bytes[i] : (uint32_t) bytes[i] << 8;
        if (sum > 0xffff) sum -= 0xffff;
    }
    return (uint16_t) ~sum;
}

static void any_length_and_any_split_gives_the_sum_of_the_definition(void **state)
{
    (void) state;
    GRand *rand = g_rand_new_with_seed(1);
    uint8_t bytes[300];
    for (unsigned round = 0; round < 20000; round++) {
        size_t n = (size_t) g_rand_int_range(rand, 0, sizeof bytes + 1);
        int bits = g_rand_boolean(rand) ? 256 : 2; /* many 0xff: carries upon carries */
        for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t) (bits == 256 ? g_rand_int(rand) : 0xff * (g_rand_int(rand) & 1));
        size_t split = n ? (size_t) g_rand_int_range(rand, 0, (int) n + 1) & ~1ul : 0;
        uint32_t sum = checksum_add(checksum_add(0, bytes, split), bytes + split, n - split);
        assert_int_equal(checksum_fold(sum) % 0xffff, naive(bytes, n) % 0xffff); /* 0 and 0xffff are the same number */
    }
    g_rand_free(rand);
}

static void the_longest_packet_of_ones_does_not_overflow(void **state)
{
    (void) state;
    size_t n = 1 << 20;
    uint8_t *bytes = g_malloc(n);
    memset(bytes, 0xff, n);
    assert_int_equal(checksum_fold(checksum_add(0xffffffff, bytes, n)), 0);
    g_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_of_rfc_1071_section_3_comes_out),
        cmocka_unit_test(a_real_header_with_its_checksum_sums_to_zero),
        cmocka_unit_test(any_length_and_any_split_gives_the_sum_of_the_definition),
        cmocka_unit_test(the_longest_packet_of_ones_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
