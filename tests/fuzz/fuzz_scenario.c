/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_scenario.c - any text is a scenario or an error that names the file. */
#include "validate/trace/scenario.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    struct scenario *scenario = scenario_parse("input", (const char *) data, size, &error);
    g_assert_true((scenario == NULL) == (error != NULL));
    g_assert_true(!error || g_str_has_prefix(error->message, "input:"));
    scenario_free(scenario);
    return 0;
}
