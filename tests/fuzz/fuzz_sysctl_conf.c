/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sysctl_conf.c - any bytes as a sysctl.conf: every line gets a verdict, or one message names the line. */
#include <netsim/netsim.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(const NetsimSysctlLine *line, void *data)
{
    unsigned *last = data;
    g_assert_true(line->line > *last);
    *last = line->line;
    g_assert_true((line->verdict == NETSIM_SYSCTL_OK) == !*line->reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimHost *host = netsim_host_new(sim, "a", size % 2 ? "rhel6.2" : NULL, NULL);
    netsim_host_nic(host, "eth0", NULL);
    unsigned last = 0;
    GError *error = NULL;
    if (!netsim_host_load_sysctl(host, (const char *) data, size, count, &last, &error)) {
        g_assert_true(g_str_has_prefix(error->message, "line "));
        g_assert_true(last == 0);
        g_error_free(error);
    }
    g_assert_true(netsim_host_sh(host, "sysctl -a", NULL, NULL)); /* whatever it did, all can still be shown */
    netsim_sim_free(sim);
    return 0;
}
