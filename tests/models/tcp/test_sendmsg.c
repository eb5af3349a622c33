/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sendmsg.c - what is written without content, far ahead of the window, leaves as what has content.
 *
 * Buffers without content may lie bundled in the send queue, those with content never do: the same random writes must
 * make the same segments at the same times either way, and charge the send buffer alike.
 */
#include "tests/support/segments.h"

#include "core/rng.h"
#include "tests/support/light.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { WRITES = 60, LARGEST = 40000, ROUNDS = 400 };

struct record {
    GArray *segments; /* struct segment */
    GArray *charged;  /* int32_t: wmem_queued after each write and each ACK */
    bool was_bundled;
};

static bool is_bundled(const struct tcp_sock *tp)
{
    for (const struct tcp_skb *skb = tp->send_head; skb; skb = skb->next)
        if (skb->bundle) return true;
    return false;
}

static void hear(struct talk *t, struct record *r, uint32_t *highest)
{
    const struct segment *s;
    while ((s = talk_next(t))) {
        g_array_append_val(r->segments, *s);
        if (seq_after(s->seq + s->len, *highest)) *highest = s->seq + s->len;
    }
}

enum content { NO_CONTENT, SOME_CONTENT, CONTENT };

/* Random writes, then a peer that acknowledges what it saw, now and then forgets to, and offers windows of many sizes. */
static struct record play(const char *kernel, unsigned seed, enum content how)
{
    static const uint8_t content[LARGEST];
    struct record r = { g_array_new(FALSE, FALSE, sizeof(struct segment)), g_array_new(FALSE, FALSE, sizeof(int32_t)), false };
    struct talk t;
    talk_open(&t, kernel);
    talk_accept(&t, true, 65535);
    const struct tcp_sock *tp = (const struct tcp_sock *) t.s;
    assert_int_equal(netsim_setsockopt(t.s, "sndbuf", 100 << 10), 0);
    struct rng_stream rng;
    rng_stream_init(&rng, seed, "test", "writes");
    uint32_t highest = 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (i < WRITES || rng_below(&rng, 4) == 0) {
            static const unsigned flags[] = { 0, 0, 0, 0, NETSIM_MSG_MORE, NETSIM_MSG_EOR };
            size_t size = rng_below(&rng, 3) ? 14480 : 1 + rng_below(&rng, LARGEST);
            bool has_content = how == CONTENT || (how == SOME_CONTENT && i % 5 == 4);
            netsim_send(t.s, has_content ? content : NULL, size, flags[rng_below(&rng, G_N_ELEMENTS(flags))]);
        } else {
            uint16_t window = (uint16_t) (rng_below(&rng, 8) ? 65535 : rng_below(&rng, 65536));
            talk_say(&t, TCPHDR_ACK, 1, highest, 0, window);
            if (rng_below(&rng, 10) == 0) talk_wait(&t, 300 * NETSIM_MS);
        }
        g_array_append_val(r.charged, tp->sk.wmem_queued);
        r.was_bundled |= is_bundled(tp);
        talk_wait(&t, 1000 * NETSIM_US);
        hear(&t, &r, &highest);
    }
    if (seed % 2) netsim_shutdown(t.s, NETSIM_SHUT_WR);
    for (unsigned i = 0; i < 200; i++) {
        talk_say(&t, TCPHDR_ACK, 1, highest, 0, 65535);
        talk_wait(&t, 1000 * NETSIM_US);
        hear(&t, &r, &highest);
    }
    talk_close(&t);
    return r;
}

static void record_free(struct record *r)
{
    g_array_free(r->segments, TRUE);
    g_array_free(r->charged, TRUE);
}

static void compare(const struct record *a, const struct record *b, unsigned seed)
{
    assert_int_equal(a->charged->len, b->charged->len);
    assert_memory_equal(a->charged->data, b->charged->data, a->charged->len * sizeof(int32_t));
    assert_int_equal(a->segments->len, b->segments->len);
    assert_true(a->segments->len > 50);
    for (unsigned i = 0; i < a->segments->len; i++) {
        const struct segment *x = &g_array_index(a->segments, struct segment, i), *y = &g_array_index(b->segments, struct segment, i);
        if (x->at != y->at || x->seq != y->seq || x->len != y->len || x->flags != y->flags)
            fail_msg("seed %u, segment %u: %02x %u+%u with content, %02x %u+%u without", seed, i, x->flags, x->seq, x->len,
                     y->flags, y->seq, y->len);
    }
}

static void content_makes_no_difference(void **state)
{
    (void) state;
    static const char *const kernels[] = { "rhel6.2", "linux6.18" };
    unsigned bundled[CONTENT + 1] = { 0 };
    for (unsigned seed = 1; seed <= 40; seed++) {
        struct record r[CONTENT + 1];
        for (unsigned how = 0; how <= CONTENT; how++) {
            r[how] = play(kernels[seed / 2 % 2], seed, (enum content) how);
            bundled[how] += r[how].was_bundled;
        }
        compare(&r[CONTENT], &r[NO_CONTENT], seed);
        compare(&r[CONTENT], &r[SOME_CONTENT], seed);
        for (unsigned how = 0; how <= CONTENT; how++) record_free(&r[how]);
    }
    assert_true(bundled[NO_CONTENT] > 20 && bundled[SOME_CONTENT] > 20 && bundled[CONTENT] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(content_makes_no_difference) };
    return cmocka_run_group_tests_name("models/tcp/sendmsg", tests, NULL, NULL);
}
