/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile.c - which kernels there are, as data.  Defaults of settings are in the rooms' sysctl.c, by version. */
#include "models/host/host.h"

#include "core/suggest.h"
#include <string.h>

static const struct kernel_profile profiles[] = {
    /* 2.6.32 as released: initial window of RFC 3390, 4 segments of receive window (5840 bytes), initial RTO of RFC 2988. */
    { .name = "rhel6.1", .hz = 1000, .version = 2032, .init_cwnd_segs = 0, .init_rwnd_segs = 4, .init_rto_ms = 3000,
      .adv_win_scale = true },
    /* ... with the initial windows of RFC 6928 brought back. */
    { .name = "rhel6.2", .hz = 1000, .version = 2032, .init_cwnd_segs = 10, .init_rwnd_segs = 10, .init_rto_ms = 3000,
      .adv_win_scale = true },
    /* 3.10: PRR (3.2); offers twice the initial window: 29200 bytes (tcp_default_init_rwnd()). */
    { .name = "rhel7", .hz = 1000, .version = 3010, .init_cwnd_segs = 10, .init_rwnd_segs = 20, .init_rto_ms = 1000,
      .adv_win_scale = true, .has_prr = true },
    { .name = "linux6.1", .hz = 250, .version = 6001, .init_cwnd_segs = 10, .init_rwnd_segs = 0, .init_rto_ms = 1000,
      .adv_win_scale = true, .has_prr = true },
    { .name = "linux6.18", .hz = 250, .version = 6018, .init_cwnd_segs = 10, .init_rwnd_segs = 0, .init_rto_ms = 1000,
      .has_prr = true },
    { .name = "linux7.2", .hz = 250, .version = 7002, .init_cwnd_segs = 10, .init_rwnd_segs = 0, .init_rto_ms = 1000,
      .has_prr = true },
};

static const char *const names[G_N_ELEMENTS(profiles) + 1] = { "rhel6.1", "rhel6.2", "rhel7", "linux6.1", "linux6.18",
                                                               "linux7.2" };

const char *const *netsim_kernel_names(void)
{
    return names;
}

const struct kernel_profile *kernel_profile_find(const char *name, GError **error)
{
    if (!name) name = "linux6.18";
    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++)
        if (!strcmp(profiles[i].name, name)) return &profiles[i];
    struct suggest near = suggest_for(name);
    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) suggest_offer(&near, profiles[i].name);
    g_autofree char *all = g_strjoinv(", ", (char **) (gpointer) names);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no kernel \"%s\"%s (known: %s)", name, suggest_text(&near).text, all);
    return NULL;
}
