/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

NetsimHost *console_host(NetsimSim *sim)
{
    static const char *const names[] = { "w0", "eth0" };
    NetsimHost *host = netsim_host_new(sim, "host", "linux6.18", NULL), *peer = netsim_host_new(sim, "peer", "linux6.18", NULL);
    NetsimLinkConfig wire = { .delay = NETSIM_MS };
    for (int i = 0; i < 2; i++) {
        NetsimDevice *a = netsim_host_nic(host, names[i], NULL), *b = netsim_host_nic(peer, names[i], NULL);
        netsim_device_set_raw_ip(a, !i);
        netsim_device_set_raw_ip(b, !i);
        assert_non_null(netsim_link_new(a, b, &wire, NULL, NULL));
    }
    return host;
}

void console_prints(NetsimHost *host, const char *script, const char *output)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    if (!netsim_host_sh(host, script, out, &error)) fail_msg("%s: %s", script, error->message);
    assert_string_equal(out->str, output);
}

void console_fails(NetsimHost *host, const char *script, NetsimErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    if (netsim_host_sh(host, script, NULL, &error)) fail_msg("%s did not fail", script);
    assert_string_equal(error->message, message);
    assert_int_equal(error->code, code);
}
