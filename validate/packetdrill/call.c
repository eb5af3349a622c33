/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call.c - system calls of a script: descriptors, blocking, results. */
#include "validate/packetdrill/call.h"

#include "validate/packetdrill/constants.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* ---- arguments ---- */

bool expr_value(struct runner *r, const struct expr *e, int64_t *value)
{
    switch (e->kind) {
    case EXPR_NUMBER: *value = e->number; return true;
    case EXPR_NAME:
        if (constant_value(e->text, value)) return true;
        return runner_lack(r, "the constant %s", e->text);
    case EXPR_OR:
        *value = 0;
        for (guint i = 0; i < e->items->len; i++) {
            int64_t part;
            if (!expr_value(r, e->items->pdata[i], &part)) return false;
            *value |= part;
        }
        return true;
    case EXPR_CALL:
        if (e->items->len == 1 && (!strcmp(e->text, "htons") || !strcmp(e->text, "htonl"))) return expr_value(r, e->items->pdata[0], value);
        return runner_lack(r, "%s() as an argument", e->text);
    default: return runner_fail(r, "a number is expected as an argument");
    }
}

const struct expr *call_arg(const struct call *c, guint i)
{
    return i < c->event->args->len ? c->event->args->pdata[i] : NULL;
}

bool call_number(struct call *c, guint i, int64_t *value)
{
    const struct expr *e = call_arg(c, i);
    if (!e) return runner_fail(c->runner, "%s: argument %u is missing", c->event->text, i + 1);
    return expr_value(c->runner, e, value);
}

/* "[1]" */
bool call_boxed(struct call *c, guint i, int64_t *value)
{
    const struct expr *e = call_arg(c, i);
    if (!e || e->kind != EXPR_LIST || e->items->len != 1)
        return runner_fail(c->runner, "%s: argument %u must be a value in brackets, as [1]", c->event->text, i + 1);
    return expr_value(c->runner, e->items->pdata[0], value);
}

bool call_is_null(const struct call *c, guint i)
{
    const struct expr *e = call_arg(c, i);
    return e && e->kind == EXPR_NAME && !strcmp(e->text, "NULL");
}

const struct expr *expr_field(const struct expr *e, const char *name)
{
    for (guint i = 0; e && e->kind == EXPR_STRUCT && i < e->items->len; i++) {
        const struct expr *field = e->items->pdata[i];
        if (field->text && !strcmp(field->text, name) && field->items && field->items->len) return field->items->pdata[0];
    }
    return NULL;
}

/* ---- descriptors ---- */

struct descriptor *call_find_fd(struct runner *r, int64_t number)
{
    for (guint i = r->fds->len; i--;) {
        struct descriptor *d = r->fds->pdata[i];
        if (d->number == number) return d;
    }
    return NULL;
}

bool call_new_fd(struct call *c, NetsimSocket *socket, struct connection *connection)
{
    struct runner *r = c->runner;
    int64_t number;
    if (!expr_value(r, c->event->result, &number)) return false;
    if (number < 0) return runner_fail(r, "%s: succeeded, expected -1 %s", c->event->text, c->event->error ? c->event->error : "");
    bool is_child = connection && connection->state == CONNECTION_TALKING; /* of accept(): hides an older one of its name */
    if (!is_child && call_find_fd(r, number)) return runner_fail(r, "descriptor %d is in use", (int) number);
    struct descriptor *d = g_new0(struct descriptor, 1);
    *d = (struct descriptor){ .number = (int) number, .socket = socket, .connection = connection };
    if (!socket) d->watches = g_array_new(FALSE, FALSE, sizeof(struct watch));
    g_ptr_array_add(r->fds, d);
    if (connection) connection->socket = socket;
    c->result = number;
    return true;
}

void call_forget_fd(struct runner *r, struct descriptor *d)
{
    if (d->connection && d->connection->socket == d->socket) d->connection->socket = NULL;
    poll_forget_fd(r, d);
    g_ptr_array_remove(r->fds, d);
}

/* ---- performing ---- */

static const struct call_row *find_row(const char *name)
{
    for (const struct call_row *row = call_rows; row->name; row++)
        if (!strcmp(row->name, name)) return row;
    return NULL;
}

static bool check_result(struct call *c)
{
    struct runner *r = c->runner;
    const struct event *e = c->event;
    if (e->result->kind == EXPR_ELLIPSIS) return true;
    int64_t want, want_errno = 0;
    if (!expr_value(r, e->result, &want)) return false;
    if (e->error && !constant_value(e->error, &want_errno)) return runner_lack(r, "the error %s", e->error);
    if (c->result < 0 && want == -1) {
        if (!e->error || c->result == -want_errno) return true;
        return runner_fail(r, "%s: returned -1 %s, expected -1 %s", e->text, constant_errno((int) -c->result), e->error);
    }
    if (c->result == want) return true;
    if (c->result < 0)
        return runner_fail(r, "%s: returned -1 %s, expected %" G_GINT64_FORMAT, e->text, constant_errno((int) -c->result), want);
    return runner_fail(r, "%s: returned %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT "%s%s", e->text, c->result, want,
                       e->error ? " " : "", e->error ? e->error : "");
}

static bool check_end(struct runner *r, const struct event *e, netsim_time end, netsim_time expected)
{
    netsim_time off = end > expected ? end - expected : expected - end;
    if (off <= runner_tolerance(r, expected)) return true;
    return runner_fail(r, "timing: %s returned at %.6f s, expected at %.6f s", e->text, (double) end / NETSIM_S, (double) expected / NETSIM_S);
}

/* Try the call. @return false: failed, or it blocks (then c->blocks is set) */
static bool try_call(struct call *c, const struct call_row *row)
{
    c->result = 0;
    if (!row->run(c)) return false;
    if (c->wait) {
        c->blocks = true;
        return false;
    }
    bool may_block = row->may_block && !(c->fd && c->fd->is_nonblocking) && !c->dont_wait;
    if (may_block && c->fd && (c->result == -EAGAIN || c->result == -EINPROGRESS)) {
        c->blocks = true;
        return false;
    }
    return check_result(c);
}

bool call_perform(struct runner *r, const struct event *e, netsim_time expected_end)
{
    struct call c = { .runner = r, .event = e };
    const struct call_row *row = find_row(e->text);
    int64_t number;
    if (!row) return runner_lack(r, "the system call %s()", e->text);
    if (row->takes_fd) {
        if (!call_number(&c, 0, &number)) return false;
        c.fd = call_find_fd(r, number);
        if (!c.fd) return runner_fail(r, "%s: there is no descriptor %" G_GINT64_FORMAT, e->text, number);
        if (row->takes_fd != FD_ANY && (row->takes_fd == FD_SOCKET) != (c.fd->socket != NULL))
            return runner_lack(r, "%s() of this kind of descriptor", e->text);
    }
    if (try_call(&c, row)) return !e->is_blocking || check_end(r, e, r->base, expected_end);
    if (!c.blocks) return false;
    if (r->blocked.event) return runner_fail(r, "%s blocks while %s does", e->text, r->blocked.event->text);
    r->blocked = (struct blocked){ .event = e, .fd = c.fd, .done = c.done, .start = r->base, .end = expected_end };
    if (c.wait && c.wait < NETSIM_TIME_MAX) {
        r->blocked.deadline = netsim_sim_now(r->sim) + c.wait;
        netsim_event_at(r->sim, r->timeout, r->blocked.deadline);
    }
    return e->is_blocking || call_finish(r); /* without an end of its own it must return at once */
}

void call_retry(struct runner *r)
{
    struct call c = { .runner = r, .event = r->blocked.event, .fd = r->blocked.fd, .done = r->blocked.done, .is_retry = true,
                      .is_expired = r->blocked.deadline && netsim_sim_now(r->sim) >= r->blocked.deadline };
    const struct event *present = r->event;
    r->event = c.event;
    bool good = try_call(&c, find_row(c.event->text));
    r->blocked.done = c.done;
    if (!c.blocks) {
        r->blocked.event = NULL;
        netsim_event_cancel(r->sim, r->timeout);
        netsim_time base = r->base;
        r->base = r->blocked.start;
        if (good) check_end(r, c.event, netsim_sim_now(r->sim), r->blocked.end);
        r->base = base;
        netsim_sim_stop(r->sim);
    }
    r->event = present;
}

bool call_finish(struct runner *r)
{
    const struct event *e = r->blocked.event;
    netsim_time limit = r->blocked.end + 60 * NETSIM_S;
    while (r->blocked.event && netsim_sim_now(r->sim) < limit) {
        netsim_time now = netsim_sim_now(r->sim);
        if (!runner_advance(r, now + NETSIM_MS)) return false;
    }
    if (r->blocked.event) return runner_fail(r, "%s on line %u has not returned", e->text, e->line);
    return r->failure == NULL && r->lack == NULL;
}
