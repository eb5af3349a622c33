/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_capture.c - any bytes are a capture or an error; what is read is compared with itself. */
#include "validate/trace/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Capture) capture = capture_parse("input", data, size, &error);
    g_assert_true((capture == NULL) == (error != NULL));
    if (!capture) return 0;
    g_autoptr(Flows) flows = flows_new(capture);
    struct compare_result r;
    compare_captures(flows, flows, 0, 250, &r);
    g_assert_cmpint(r.verdict, ==, VERDICT_SAME);
    g_assert_true(r.same_flights);
    compare_result_clear(&r);
    return 0;
}
