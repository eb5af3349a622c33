/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c - is the simulated run the real one? */
#include "validate/trace/compare.h"

#include <stdlib.h>
#include <string.h>

const char *verdict_name(Verdict verdict)
{
    static const char *const names[] = { "same", "order", "differ", "not run" };
    return names[verdict];
}

/* The wheel's first level has 64 slots of one tick; each further level is eight times coarser and begins where the one
 * before it ends (kernel/time/timer.c, LVL_START). */
int64_t compare_wheel_granule_ns(int64_t length_ns, int hz)
{
    int64_t ticks = (int64_t) ((double) length_ns * hz / 1e9), granule = 1;
    for (int64_t span = 64; ticks >= span && granule < (int64_t) 1 << 24; span *= 8) granule *= 8;
    return granule * 1000000000 / hz;
}

/* ---- words ---- */

/* "new data 1449+1448", "SYN", "repeated data 1+1448 FIN" */
static char *describe(const GArray *segments, unsigned i)
{
    if (i >= segments->len) return g_strdup_printf("nothing more after %u", segments->len);
    const struct segment *s = &g_array_index(segments, struct segment, i);
    GString *text = g_string_new(NULL);
    if (s->proto != 6) {
        g_string_append_printf(text, "protocol %u, %u bytes%s", s->proto, s->len, s->is_fragment ? ", fragment" : "");
    } else {
        bool is_new = true;
        for (unsigned j = 0; j < i && is_new; j++) {
            const struct segment *before = &g_array_index(segments, struct segment, j);
            is_new = (int32_t) (before->seq + before->len - (s->seq + s->len)) < 0;
        }
        if (s->len) g_string_append_printf(text, "%s data %u+%u ", is_new ? "new" : "repeated", s->seq, s->len);
        if (s->flags & SEGMENT_SYN) g_string_append(text, "SYN ");
        if (s->flags & SEGMENT_FIN) g_string_append_printf(text, "FIN %u ", s->seq + s->len);
        if (s->flags & SEGMENT_RST) g_string_append_printf(text, "RST %u ", s->seq);
        g_string_truncate(text, text->len - 1);
    }
    g_string_append_printf(text, " at %.1f ms", (double) s->at_ns / 1e6);
    return g_string_free(text, FALSE);
}

/* "10.1.0.1 to 10.1.0.2:8080" */
static char *name_of(const struct flow *flow)
{
    g_autofree char *source = flow_address(&flow->key, false), *destination = flow_address(&flow->key, true);
    if (!flow->key.is_tcp) return g_strdup_printf("%s to %s", source, destination);
    return g_strdup_printf("%s:%u to %s:%u", source, flow->key.sport, destination, flow->key.dport);
}

static char *flights_in_words(const struct flight_summary *f)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < f->flights->len && i < 12; i++)
        g_string_append_printf(text, "%s%u", i ? "/" : "", g_array_index(f->flights, unsigned, i));
    if (f->flights->len > 12) g_string_append_printf(text, "/... (%u flights)", f->flights->len);
    g_string_append_printf(text, ", %" G_GUINT64_FORMAT " bytes", f->bytes);
    return g_string_free(text, FALSE);
}

/* ---- lists ---- */

static bool same_segment(const struct segment *a, const struct segment *b)
{
    return a->seq == b->seq && a->len == b->len && a->flags == b->flags && a->proto == b->proto && a->is_fragment == b->is_fragment;
}

static void differ(struct compare_result *r, char *note)
{
    r->verdict = VERDICT_DIFFER;
    if (r->note) g_free(note);
    else r->note = note;
}

/* How the times of one connection are judged.  A timer that fired later within its granule shifts all that follows from it, so
 * a segment is in time if its error is within tolerance of none, or of the shift that the last such timer made. */
struct clock {
    int64_t tolerance_ns;
    int hz;
    int64_t shift_ns;
    double worst_late_ms;
};

static bool is_in_time(struct clock *clock, int64_t error_ns, int64_t pause_ns)
{
    int64_t granule_ns = compare_wheel_granule_ns(MAX(pause_ns, 0), clock->hz) - 1000000000 / clock->hz;
    int64_t allowed_ns = clock->tolerance_ns + granule_ns;
    if (llabs(error_ns) > allowed_ns && llabs(error_ns - clock->shift_ns) > allowed_ns) return false;
    if (llabs(error_ns - clock->shift_ns) > clock->tolerance_ns) clock->shift_ns = error_ns;
    return true;
}

/* The @i-th segment of two flows, equal but for the time. */
static void compare_time(const struct flow *real, const struct flow *simulated, unsigned i, struct clock *clock, struct compare_result *r)
{
    const struct segment *a = &g_array_index(real->segments, struct segment, i);
    const struct segment *b = &g_array_index(simulated->segments, struct segment, i);
    int64_t before_ns = i ? g_array_index(real->segments, struct segment, i - 1).at_ns : 0;
    double error_ms = (double) llabs(b->at_ns - a->at_ns) / 1e6;
    r->worst_ms = MAX(r->worst_ms, error_ms);
    if (is_in_time(clock, b->at_ns - a->at_ns, a->at_ns - before_ns)) return;
    r->n_late++;
    if (r->verdict > VERDICT_ORDER || error_ms <= clock->worst_late_ms) return;
    clock->worst_late_ms = error_ms;
    r->verdict = VERDICT_ORDER;
    g_autofree char *way = name_of(real), *what = describe(real->segments, i);
    g_free(r->note);
    r->note = g_strdup_printf("%s: segment %u, %s, is simulated at %.1f ms", way, i, what, (double) b->at_ns / 1e6);
}

/* Times of a connection, both directions in the order of the real run, up to the @n-th segment of each. */
static void compare_times(const struct conversation *real, const struct conversation *simulated, const unsigned n[2],
                          struct clock *clock, struct compare_result *r)
{
    unsigned at[2] = { 0, 0 };
    while (at[0] < n[0] || at[1] < n[1]) {
        int way = at[0] >= n[0];
        if (at[0] < n[0] && at[1] < n[1])
            way = g_array_index(real->way[1]->segments, struct segment, at[1]).at_ns <
                  g_array_index(real->way[0]->segments, struct segment, at[0]).at_ns;
        compare_time(real->way[way], simulated->way[way], at[way]++, clock, r);
    }
}

/* How many segments of two lists are equal; a difference is told. */
static unsigned compare_lists(const struct flow *real, const struct flow *simulated, struct compare_result *r)
{
    unsigned longest = MAX(real->segments->len, simulated->segments->len), i = 0;
    while (i < longest && i < real->segments->len && i < simulated->segments->len &&
           same_segment(&g_array_index(real->segments, struct segment, i), &g_array_index(simulated->segments, struct segment, i)))
        i++;
    if (i < longest) {
        g_autofree char *way = name_of(real), *a = describe(real->segments, i), *b = describe(simulated->segments, i);
        differ(r, g_strdup_printf("%s: segment %u: real %s, simulated %s", way, i, a, b));
    }
    r->n_segments += i;
    return i;
}

/* ---- flights ---- */

static void compare_flights(const struct conversation *real, const struct conversation *simulated, struct compare_result *r)
{
    for (int way = 0; way < 2; way++) {
        if (!real->way[way] || !simulated->way[way]) continue;
        const struct conversation *pair[2] = { real, simulated };
        struct flight_summary f[2];
        for (int i = 0; i < 2; i++) {
            int64_t rtt_ns = 0;
            for (int w = 0; w < 2; w++)
                if (pair[i]->way[w]) rtt_ns = MAX(rtt_ns, pair[i]->way[w]->rtt_ns);
            flight_summarise(pair[i]->way[way], rtt_ns, &f[i]);
        }
        r->same_flights &= f[0].first_flight == f[1].first_flight && f[0].bytes == f[1].bytes;
        g_autofree char *a = flights_in_words(&f[0]), *b = flights_in_words(&f[1]);
        if (!r->flights && strcmp(a, b) != 0) r->flights = g_strdup_printf("flights real %s, simulated %s", a, b);
        flight_summary_clear(&f[0]);
        flight_summary_clear(&f[1]);
    }
}

/* ---- one capture ---- */

static void compare_conversations(const GArray *real, const GArray *simulated, const char *kind, int64_t tolerance_ns, int hz,
                                  struct compare_result *r)
{
    struct clock clock = { .tolerance_ns = tolerance_ns, .hz = hz };
    if (real->len != simulated->len)
        differ(r, g_strdup_printf("%u %s, simulated %u", real->len, kind, simulated->len));
    for (unsigned i = 0; i < MIN(real->len, simulated->len); i++) {
        const struct conversation *a = &g_array_index(real, struct conversation, i);
        const struct conversation *b = &g_array_index(simulated, struct conversation, i);
        unsigned n_equal[2] = { 0, 0 };
        for (int way = 0; way < 2; way++) {
            const struct flow *x = a->way[way], *y = b->way[way];
            if (!x && !y) continue;
            bool same_ends = x && y && memcmp(x->key.source, y->key.source, sizeof x->key.source) == 0 &&
                             memcmp(x->key.destination, y->key.destination, sizeof x->key.destination) == 0;
            if (same_ends) {
                n_equal[way] = compare_lists(x, y, r);
                continue;
            }
            g_autofree char *p = x ? name_of(x) : g_strdup("nothing"), *q = y ? name_of(y) : g_strdup("nothing");
            differ(r, g_strdup_printf("%s number %u: real %s, simulated %s", kind, i + 1, p, q));
        }
        clock.shift_ns = 0;
        compare_times(a, b, n_equal, &clock, r);
        compare_flights(a, b, r);
    }
    if (real->len != simulated->len) r->same_flights = false;
}

static unsigned count_pure_acks(const struct flows *flows)
{
    unsigned n = 0;
    for (unsigned i = 0; i < flows->all->len; i++) n += ((struct flow *) flows->all->pdata[i])->n_pure_acks;
    return n;
}

void compare_captures(const struct flows *real, const struct flows *simulated, int64_t tolerance_ns, int hz,
                      struct compare_result *result)
{
    *result = (struct compare_result){ .verdict = VERDICT_SAME, .same_flights = true };
    compare_conversations(real->connections, simulated->connections, "connections", tolerance_ns, hz, result);
    compare_conversations(real->others, simulated->others, "pairs of hosts", tolerance_ns, hz, result);
    if (real->n_skipped != simulated->n_skipped)
        differ(result, g_strdup_printf("%u packets cannot be read, simulated %u", real->n_skipped, simulated->n_skipped));
    result->n_pure_acks[0] = count_pure_acks(real);
    result->n_pure_acks[1] = count_pure_acks(simulated);
}

void compare_result_clear(struct compare_result *result)
{
    g_clear_pointer(&result->note, g_free);
    g_clear_pointer(&result->flights, g_free);
}

/* ---- applications ---- */

static char *result_in_words(const struct record_step *s)
{
    GString *text = g_string_new(NULL);
    if (s->error) g_string_append_printf(text, "%s ", s->error);
    if (s->text) g_string_append_printf(text, "%s ", s->text);
    if (s->has_result) g_string_append_printf(text, "%" G_GINT64_FORMAT " ", s->result);
    if (s->has_got && s->error) g_string_append_printf(text, "after %" G_GINT64_FORMAT " bytes ", s->got);
    if (s->eof) g_string_append(text, "end of file ");
    if (text->len == 0) return g_string_free(text, FALSE);
    g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

static void compare_actor(const struct record_actor *real, const struct record_actor *simulated, GPtrArray *differences)
{
    unsigned n = simulated ? simulated->steps->len : 0;
    for (unsigned i = 0; i < MIN(real->steps->len, n); i++) {
        const struct record_step *a = &g_array_index(real->steps, struct record_step, i);
        const struct record_step *b = &g_array_index(simulated->steps, struct record_step, i);
        /* what a command printed has no place here */
        if (strcmp(a->op, b->op) == 0 && strcmp(a->op, "cmd") == 0) continue;
        g_autofree char *x = result_in_words(a), *y = result_in_words(b);
        if (strcmp(a->op, b->op) == 0 && strcmp(x, y) == 0) continue;
        g_ptr_array_add(differences, g_strdup_printf("%s: step %u: real %s%s%s, simulated %s%s%s", real->name, i + 1, a->op,
                                                     *x ? ": " : "", x, b->op, *y ? ": " : "", y));
    }
    if (real->steps->len != n)
        g_ptr_array_add(differences, g_strdup_printf("%s: real %u steps, simulated %u", real->name, real->steps->len, n));
}

void compare_applications(struct record *real, struct record *simulated, GPtrArray *differences)
{
    for (unsigned i = 0; i < real->actors->len; i++) {
        const struct record_actor *actor = real->actors->pdata[i];
        compare_actor(actor, record_actor(simulated, actor->name, false), differences);
    }
}
