/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_packetdrill.c - any text is a script or an error that names the file and the line; what is a script can be run. */
#include "validate/packetdrill/runner.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Scripts that wait for long are of no use here. */
static bool is_short(const struct script *script)
{
    for (guint i = 0; i < script->events->len; i++) {
        const struct event *e = script->events->pdata[i];
        if (e->at > 10 * NETSIM_S || e->until > 10 * NETSIM_S) return false;
    }
    return script->events->len < 50 && !script->unsupported;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GError *error = NULL;
    struct script *script = script_parse("input", (const char *) data, size, NULL, &error);
    g_assert_true((script == NULL) == (error != NULL));
    g_assert_true(!error || g_str_has_prefix(error->message, "input:"));
    g_clear_error(&error);
    if (script && is_short(script)) {
        struct packetdrill_options options = { .kernel = "linux7.2", .hz = 1000, .local_ip = 0xc0a80001, .remote_ip = 0xc0000201,
                                               .mtu = 1500, .tolerance = 4 * NETSIM_MS, .tolerance_percent = 125 };
        g_autoptr(GString) message = g_string_new(NULL);
        enum verdict verdict = runner_run(script, &options, message);
        g_assert_true((verdict == VERDICT_PASS) == (message->len == 0));
    }
    script_free(script);
    return 0;
}
