/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option.c - setsockopt() and getsockopt(): the names of the headers against those of the library. */
#include "validate/packetdrill/call.h"

#include <errno.h>
#include <string.h>

/* SO_RCVBUF -> "rcvbuf", TCP_NODELAY -> "nodelay", IP_TOS -> "tos"; NULL: not of that kind. */
static char *library_name(const char *name)
{
    static const char *const prefixes[] = { "SO_", "TCP_", "IP_" };
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(name, prefixes[i])) return g_ascii_strdown(name + strlen(prefixes[i]), -1);
    return NULL;
}

static bool option_name(struct call *c, char **name)
{
    const struct expr *e = call_arg(c, 2);
    if (!e || e->kind != EXPR_NAME) return runner_fail(c->runner, "%s: the name of an option is expected", c->event->text);
    *name = library_name(e->text);
    return *name || runner_lack(c->runner, "the option %s", e->text);
}

/* {onoff=1, linger=0} */
static bool read_linger(struct call *c, int64_t *value)
{
    const struct expr *e = call_arg(c, 3);
    if (e && e->kind == EXPR_LIST && e->items->len == 1) e = e->items->pdata[0];
    if (!e || e->kind != EXPR_STRUCT || e->items->len != 2) return runner_fail(c->runner, "{onoff=1, linger=0} is expected");
    int64_t fields[2];
    for (guint i = 0; i < 2; i++) {
        const struct expr *field = e->items->pdata[i];
        if (field->kind == EXPR_STRUCT && field->items->len) field = field->items->pdata[0];
        if (!expr_value(c->runner, field, &fields[i])) return false;
    }
    *value = fields[0] ? fields[1] : -1;
    return true;
}

/* Options are ints, but scripts write 4294967295 for -1. */
static int64_t as_int(const char *name, int64_t value)
{
    return value > INT32_MAX && value <= UINT32_MAX && strcmp(name, "max_pacing_rate") ? (int32_t) value : value;
}

bool call_setsockopt(struct call *c)
{
    g_autofree char *name = NULL;
    int64_t value;
    if (!option_name(c, &name)) return false;
    const struct expr *text = call_arg(c, 3);
    if (!strcmp(name, "congestion") && text && text->kind == EXPR_STRING) {
        c->result = netsim_set_congestion_control(c->fd->socket, text->text);
        return true;
    }
    if (!strcmp(name, "linger") ? !read_linger(c, &value) : !call_boxed(c, 3, &value)) return false;
    if (!strcmp(name, "inq")) return true; /* asks for TCP_CM_INQ, which recvmsg() looks up */
    c->result = netsim_setsockopt(c->fd->socket, name, as_int(name, value));
    return c->result != -ENOPROTOOPT || runner_lack(c->runner, "the option %s", ((struct expr *) c->event->args->pdata[2])->text);
}

bool call_getsockopt(struct call *c)
{
    g_autofree char *name = NULL;
    int64_t want, have;
    if (!option_name(c, &name)) return false;
    const struct expr *box = call_arg(c, 3);
    c->result = netsim_getsockopt(c->fd->socket, name, &have);
    if (c->result == -ENOPROTOOPT) return runner_lack(c->runner, "the option %s", ((struct expr *) c->event->args->pdata[2])->text);
    if (c->result < 0 || (box && box->kind == EXPR_ELLIPSIS)) return true;
    if (!call_boxed(c, 3, &want)) return false;
    if (have == as_int(name, want)) return true;
    return runner_fail(c->runner, "getsockopt %s: %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, name, have, want);
}
