/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_shell.c - any text as a script of a host's shell: it runs, or fails with one line that names the line. */
#include <netsim/netsim.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimHost *host = netsim_host_new(sim, "a", size % 2 ? "rhel6.2" : NULL, NULL), *peer = netsim_host_new(sim, "b", NULL, NULL);
    NetsimDevice *w0 = netsim_host_nic(host, "w0", NULL);
    netsim_device_set_raw_ip(w0, true);
    netsim_host_nic(host, "eth0", NULL);
    NetsimLinkConfig wire = { .delay = NETSIM_MS };
    netsim_link_new(w0, netsim_host_nic(peer, "w0", NULL), &wire, NULL, NULL);
    char *script = g_strndup((const char *) data, size);
    GString *out = g_string_new(NULL);
    GError *error = NULL;
    NetsimShellConfig config = { .goes_on = size % 3 == 0 };
    NetsimShell *shell = netsim_host_sh_start(host, script, &config, &error);
    if (!shell) {
        g_assert_true(g_str_has_prefix(error->message, "line "));
        g_clear_error(&error);
    } else if (!netsim_shell_is_done(shell)) {
        g_assert_true(netsim_sim_run(sim, 5 * NETSIM_S, NULL)); /* some never end */
    }
    if (shell && netsim_shell_is_done(shell) && netsim_shell_error(shell))
        g_assert_true(g_str_has_prefix(netsim_shell_error(shell)->message, "line "));
    if (size % 2) netsim_shell_free(shell);
    /* Whatever it did, the host can still be looked at and run. */
    g_assert_true(netsim_host_sh(host, "ip addr; ip -s link; ip route; ip neigh; sysctl -a; nstat", out, NULL));
    g_assert_true(netsim_sim_run(sim, 20 * NETSIM_S, NULL));
    g_string_free(out, TRUE);
    g_free(script);
    netsim_sim_free(sim);
    return 0;
}
