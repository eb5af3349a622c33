/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll.c - poll() and epoll: what is ready, level and edge triggered (fs/eventpoll.c). */
#include "validate/packetdrill/call.h"

#include <errno.h>
#include <sys/epoll.h>

enum { ALWAYS = NETSIM_POLLERR | NETSIM_POLLHUP };

/* Nothing is ready: wait, if argument @i says so. @i  milliseconds; below 0: for ever */
static bool wait_for(struct call *c, guint i)
{
    int64_t ms;
    if (!call_number(c, i, &ms)) return false;
    if (ms && !c->is_expired) c->wait = ms < 0 || ms > 1000000000 ? NETSIM_TIME_MAX : ms * NETSIM_MS;
    return true;
}

/* The number that stands in a field of @e. */
static bool field_number(struct call *c, const struct expr *e, const char *name, int64_t *value)
{
    const struct expr *field = expr_field(e, name);
    if (!field) return runner_fail(c->runner, "%s: the field %s is expected", c->event->text, name);
    return expr_value(c->runner, field, value);
}

static struct descriptor *socket_of(struct call *c, int64_t number)
{
    struct descriptor *d = call_find_fd(c->runner, number);
    if (d && d->socket) return d;
    runner_fail(c->runner, "%s: there is no socket %" G_GINT64_FORMAT, c->event->text, number);
    return NULL;
}

/* ---- poll ---- */

/* @want  receives what the script expects, @have what is */
static bool poll_entry(struct call *c, const struct expr *entry, int64_t *want, int64_t *have)
{
    int64_t number, asked;
    if (!field_number(c, entry, "fd", &number) || !field_number(c, entry, "events", &asked) || !field_number(c, entry, "revents", want))
        return false;
    const struct descriptor *d = socket_of(c, number);
    if (!d) return false;
    *have = netsim_poll(d->socket) & (asked | ALWAYS);
    return true;
}

bool call_poll(struct call *c)
{
    const struct expr *list = call_arg(c, 0);
    if (!list || list->kind != EXPR_LIST) return runner_fail(c->runner, "poll: [{fd=3, events=POLLIN, revents=POLLIN}] is expected");
    int64_t want, have;
    for (guint i = 0; i < list->items->len; i++) {
        if (!poll_entry(c, list->items->pdata[i], &want, &have)) return false;
        c->result += have != 0;
    }
    if (!c->result && !wait_for(c, 2)) return false;
    if (c->wait) return true;
    for (guint i = 0; i < list->items->len; i++) {
        if (!poll_entry(c, list->items->pdata[i], &want, &have)) return false;
        if (have != want) return runner_fail(c->runner, "poll: events %#x, expected %#x", (unsigned) have, (unsigned) want);
    }
    return true;
}

/* ---- epoll ---- */

static struct watch *find_watch(const struct descriptor *epoll, const struct descriptor *d)
{
    for (guint i = 0; i < epoll->watches->len; i++) {
        struct watch *w = &g_array_index(epoll->watches, struct watch, i);
        if (w->fd == d) return w;
    }
    return NULL;
}

/* ep_poll_callback() */
void poll_wake(struct runner *r, const NetsimSocket *socket, unsigned events)
{
    for (guint i = 0; i < r->fds->len; i++) {
        const struct descriptor *d = r->fds->pdata[i];
        for (guint k = 0; d->watches && k < d->watches->len; k++) {
            struct watch *w = &g_array_index(d->watches, struct watch, k);
            if (w->fd->socket == socket && events & (w->events | ALWAYS)) w->has_woken = true;
        }
    }
}

void poll_forget_fd(struct runner *r, const struct descriptor *d)
{
    for (guint i = 0; i < r->fds->len; i++) {
        const struct descriptor *epoll = r->fds->pdata[i];
        struct watch *w = epoll->watches ? find_watch(epoll, d) : NULL;
        if (w) g_array_remove_index(epoll->watches, (guint) (w - (struct watch *) (void *) epoll->watches->data));
    }
}

void descriptor_free(struct descriptor *d)
{
    if (d->watches) g_array_free(d->watches, TRUE);
    g_free(d);
}

bool call_epoll_create(struct call *c)
{
    return call_new_fd(c, NULL, NULL);
}

/* {events=EPOLLIN|EPOLLET, fd=4}; the second field, one of a union, is given back as it is. */
static bool read_epoll_event(struct call *c, const struct expr *e, int64_t *events, int64_t *data)
{
    static const char *const members[] = { "fd", "ptr", "u32", "u64" };
    if (!field_number(c, e, "events", events)) return false;
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        if (expr_field(e, members[i])) return field_number(c, e, members[i], data);
    return runner_fail(c->runner, "%s: one of fd, ptr, u32 and u64 is expected", c->event->text);
}

bool call_epoll_ctl(struct call *c)
{
    int64_t operation, number, events = 0, data = 0;
    if (!call_number(c, 1, &operation) || !call_number(c, 2, &number)) return false;
    struct descriptor *d = socket_of(c, number);
    if (!d || (operation != EPOLL_CTL_DEL && !read_epoll_event(c, call_arg(c, 3), &events, &data))) return false;
    struct watch *w = find_watch(c->fd, d);
    if (operation == EPOLL_CTL_ADD ? w != NULL : !w) {
        c->result = w ? -EEXIST : -ENOENT;
    } else if (operation == EPOLL_CTL_DEL) {
        g_array_remove_index(c->fd->watches, (guint) (w - (struct watch *) (void *) c->fd->watches->data));
    } else {
        struct watch made = { .fd = d, .events = (uint32_t) events, .data = data, .has_woken = true }; /* ep_modify() looks at once */
        if (w) *w = made;
        else g_array_append_val(c->fd->watches, made);
    }
    return true;
}

/* ep_send_events(): what @w reports now; 0: nothing. */
static unsigned report(struct watch *w)
{
    if (!w->events || (w->events & EPOLLET && !w->has_woken)) return 0;
    w->has_woken = false;
    unsigned events = netsim_poll(w->fd->socket) & (w->events | ALWAYS);
    if (events && w->events & EPOLLONESHOT) w->events = 0;
    return events;
}

bool call_epoll_wait(struct call *c)
{
    const struct expr *list = call_arg(c, 1);
    int64_t most;
    if (!list) return runner_fail(c->runner, "epoll_wait: {events=EPOLLIN, fd=4} is expected");
    if (!call_number(c, 2, &most)) return false;
    guint n = list->kind == EXPR_LIST ? list->items->len : 1;
    for (guint i = 0; i < c->fd->watches->len && c->result < most; i++) {
        struct watch *w = &g_array_index(c->fd->watches, struct watch, i);
        int64_t events, data, have = report(w);
        if (!have) continue;
        if (c->result++ >= n) continue; /* the result is compared, too */
        const struct expr *e = list->kind == EXPR_LIST ? list->items->pdata[c->result - 1] : list;
        if (!read_epoll_event(c, e, &events, &data)) return false;
        if (have != events || w->data != data)
            return runner_fail(c->runner, "epoll_wait: events %#x of %" G_GINT64_FORMAT ", expected %#x of %" G_GINT64_FORMAT,
                               (unsigned) have, w->data, (unsigned) events, data);
    }
    return c->result || wait_for(c, 3);
}
