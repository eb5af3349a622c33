/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.c - simulated applications that run as late as the recorded ones. */
#include "validate/trace/replay.h"

#include <string.h>

/* README of the collection: application wake-ups are usually 0.05 to 0.2 ms late.  A longer mean has other causes. */
#define MAX_OVERSHOOT (NETSIM_MS / 2)
/* Half the tolerance of the comparison. */
#define NOTABLE (5 * NETSIM_MS / 2)

/* A call of the present step. */
struct late_call {
    int64_t from;     /* bytes of the step before it */
    netsim_time late; /* from what it waited for to its end */
};

GArray *replay_calls_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(struct late_call));
}

static const struct record_step *nth_step(const struct actor *a, unsigned i)
{
    return a->recorded && i < a->recorded->steps->len ? &g_array_index(a->recorded->steps, struct record_step, i) : NULL;
}

/* The last packet for the step's connection in (@after, @until]; @after if there is none. */
static netsim_time last_arrival(const struct actor *a, const struct step *step, ArrivalKind kind, uint64_t byte, netsim_time after,
                                netsim_time until)
{
    const struct actor_socket *s = actor_find_socket(a, step->socket);
    struct arrival_query query = { .kind = kind, .byte = byte, .after = after, .until = until };
    if (s) {
        query.local_port = s->local_port;
        query.peer_port = s->peer_port;
    }
    return MAX(after, arrivals_last(a->arrivals, &query));
}

/* ---- calls ---- */

static void add_call(struct actor *a, int64_t from, netsim_time late)
{
    struct late_call call = { .from = from, .late = MAX(late, 0) };
    g_array_append_val(a->late_calls, call);
}

/* A read waits for the byte it begins with, a write for room: for an ACK. */
static void measure_calls(struct actor *a, const struct step *step)
{
    const struct actor_socket *s = actor_find_socket(a, step->socket);
    ArrivalKind kind = step->op == STEP_RECV ? ARRIVAL_BYTE : ARRIVAL_ANY;
    netsim_time since = a->real->start;
    int64_t from = 0;
    for (unsigned i = 0; i < a->real->calls->len; i++) {
        const struct record_call *call = &g_array_index(a->real->calls, struct record_call, i);
        netsim_time ready = last_arrival(a, step, kind, (uint64_t) (s->n_recorded + from), since, call->end);
        add_call(a, from, call->end - ready);
        from += call->result;
        since = call->end + step->gap;
    }
}

/* Calls that are not listed, only counted, with pauses between: each pause of the recorded reader was a little longer. */
static void measure_pace(struct actor *a, const struct step *step)
{
    const struct record_step *real = a->real;
    const struct actor_socket *s = actor_find_socket(a, step->socket);
    netsim_time ready = last_arrival(a, step, ARRIVAL_BYTE, (uint64_t) s->n_recorded, real->start, real->end);
    netsim_time late = (real->end - ready) / (real->n_calls - 1) - step->gap;
    add_call(a, 0, late < MAX_OVERSHOOT ? late : 0);
}

void replay_begin(struct actor *a, const struct step *step)
{
    g_array_set_size(a->late_calls, 0);
    a->real = nth_step(a, a->played->steps->len);
    if (a->real && strcmp(a->real->op, a->now.op) != 0) a->real = NULL;
    if (!a->real || !step->socket || !actor_find_socket(a, step->socket)) return;
    if (a->real->calls && (step->op == STEP_RECV || step->op == STEP_SEND)) measure_calls(a, step);
    else if (step->op == STEP_RECV && step->gap && a->real->n_calls > 1) measure_pace(a, step);
}

netsim_time replay_call(const struct actor *a)
{
    unsigned i = a->late_calls->len;
    while (i > 0 && g_array_index(a->late_calls, struct late_call, i - 1).from > a->done) i--;
    return i > 0 ? g_array_index(a->late_calls, struct late_call, i - 1).late : 0;
}

/* ---- steps ---- */

/* When the recorded step had what it waited for; its end if that is not known. */
static netsim_time ready_at(const struct actor *a, const struct step *step)
{
    const struct record_step *real = a->real;
    const struct record_call *last = NULL;
    if (real->calls && real->calls->len > 0) last = &g_array_index(real->calls, struct record_call, real->calls->len - 1);
    if (real->error && strcmp(real->error, "ETIMEDOUT") == 0) return real->end; /* a timer of TCP */
    if (real->error && strcmp(real->error, "timed out (app)") == 0) return real->start + step->timeout;
    switch (step->op) {
    case STEP_SLEEP:
    case STEP_WATCH: return real->start + step->duration;
    case STEP_UNTIL: return MAX(real->start, step->duration);
    case STEP_WAIT: return MAX(real->start, actor_signalled_at(a, step->name));
    case STEP_ACCEPT:
    case STEP_CONNECT:
    case STEP_CONNECT_WAIT: return last_arrival(a, step, real->error ? ARRIVAL_RESET : ARRIVAL_ANY, 0, real->start, real->end);
    case STEP_RECV:
        if (real->error) return last_arrival(a, step, ARRIVAL_RESET, 0, last ? last->end : real->start, real->end);
        return last ? last->end + (real->eof ? 0 : step->gap) : real->end;
    case STEP_SEND:
        if (real->error) return last_arrival(a, step, ARRIVAL_RESET, 0, last ? last->end : real->start, real->end);
        return last && real->calls->len > 1 ? last->end : last_arrival(a, step, ARRIVAL_ANY, 0, real->start, real->end);
    case STEP_SEND_MANY: return step->gap ? real->end - real->pace : real->start;
    case STEP_DRAIN: /* polls each millisecond */
    case STEP_RECVFROM: return real->end;
    default: return real->start;
    }
}

/* A command of the lab took its time; all else should take none. */
static netsim_time note(const struct actor *a, netsim_time late, bool is_command)
{
    struct player_lateness *sum = a->player->options->late;
    if (late < NOTABLE || is_command || !sum) return late;
    sum->n_steps++;
    sum->worst_ms = MAX(sum->worst_ms, netsim_to_seconds(late) * 1e3);
    return late;
}

netsim_time replay_late(const struct actor *a, const struct step *step)
{
    if (!a->real) return 0;
    return note(a, MAX(a->real->end - ready_at(a, step), 0), step->op == STEP_CMD || step->op == STEP_SS);
}

netsim_time replay_gap(const struct actor *a)
{
    unsigned i = a->played->steps->len;
    const struct record_step *next = nth_step(a, i), *before = i ? nth_step(a, i - 1) : NULL;
    return next ? note(a, MAX(next->start - (before ? before->end : 0), 0), i == 0) : 0;
}
