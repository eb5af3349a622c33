/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_cpus.c - any text as a set of CPUs: refused, or shown again as the same set. */
#include "core/knob.h"
#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct knob row = { .name = "cpus", .type = KNOB_CPUS };
    const struct knob_env env = { .version = 6018, .hz = 250, .n_cpus = size ? 1 + data[0] * 4u : 1 };
    char *text = g_strndup((const char *) data + (size > 0), size - (size > 0));
    struct knob_value v, again;
    memset(&v, 0, sizeof v);
    int err = knob_parse(&row, &env, text, &v);
    g_assert_true(err == 0 || err == -EINVAL || err == -EOVERFLOW);
    for (unsigned cpu = env.n_cpus; cpu < KNOB_MAX_CPUS; cpu++) g_assert_false(v.cpus[cpu / 64] >> cpu % 64 & 1);
    GString *shown = g_string_new(NULL);
    knob_print(&row, &env, &v, shown);
    memset(&again, 0xff, sizeof again);
    g_assert_true(knob_parse(&row, &env, shown->str, &again) == 0);
    g_assert_true(!memcmp(v.cpus, again.cpus, sizeof v.cpus));
    g_string_free(shown, TRUE);
    g_free(text);
    return 0;
}
