/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc.c - files of the host itself. */
#include "models/host/host.h"

#include "models/netdev/face.h"

static int show_version(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    unsigned version = net->profile->version;
    if (version < 3000) g_string_append_printf(out, "Linux version 2.6.%u", version % 1000);
    else g_string_append_printf(out, "Linux version %u.%u.0", version / 1000, version % 1000);
    g_string_append_printf(out, "-%s (netsim %s)\n", net->profile->name, netsim_version());
    return 0;
}

/* uptime_proc_show(); a light host's only processor is always idle */
static int show_uptime(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    uint64_t up = (uint64_t) (net->sim->now - net->wheel.origin) / (NETSIM_S / 100);
    for (int i = 0; i < 2; i++) g_string_append_printf(out, "%" G_GUINT64_FORMAT ".%02u%c", up / 100, (unsigned) (up % 100), i ? '\n' : ' ');
    return 0;
}

static int show_null(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    (void) out;
    return 0;
}

static int store_null(struct net *net, const char *const star[], const char *text)
{
    (void) net;
    (void) star;
    (void) text;
    return 0;
}

static const struct face_file files[] = {
    { "/dev/null", 0, 0, NULL, show_null, store_null, "takes everything" },
    { "/proc/uptime", 0, 0, NULL, show_uptime, NULL, "seconds since the host was booted; of these idle" },
    { "/proc/version", 0, 0, NULL, show_version, NULL, "the kernel" },
};

const struct face proc_face = { FACE_FILES(files) };
