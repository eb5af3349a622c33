/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validate/trace/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <netsim/netsim.h>
#include <stdio.h>
#include <string.h>

static struct expect *read_text(const char *text, GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("netsim-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "expect.lua", NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    struct expect *e = expect_read(path, error);
    remove(path);
    remove(folder);
    return e;
}

static void no_file_means_no_exceptions(void **state)
{
    (void) state;
    struct expect *e = expect_read("/nonexistent/expect.lua", NULL);
    assert_null(e->differs);
    assert_true(e->tolerance_ms == 0);
    assert_int_equal(g_hash_table_size(e->counters), 0);
    expect_free(e);
}

static void exceptions_are_read_with_their_reasons(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    struct expect *e = read_text("return { differs = \"a\" .. \"b\", tolerance_ms = 12.5, why = \"slow\", application = \"c\", not_run = \"n\", flights = \"f\",\n"
                                 "         counters = { TcpOutRsts = \"d\" } }", &error);
    assert_null(error);
    assert_string_equal(e->differs, "ab");
    assert_true(e->tolerance_ms == 12.5);
    assert_string_equal(e->application, "c");
    assert_string_equal(e->not_run, "n");
    assert_string_equal(e->flights, "f");
    assert_string_equal(g_hash_table_lookup(e->counters, "TcpOutRsts"), "d");
    expect_free(e);
}

static void refused(const char *text, const char *because)
{
    g_autoptr(GError) error = NULL;
    assert_null(read_text(text, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX));
    if (!strstr(error->message, "expect.lua")) fail_msg("%s", error->message);
    if (!strstr(error->message, because)) fail_msg("\"%s\" does not say \"%s\"", error->message, because);
}

static void an_exception_without_a_reason_is_refused(void **state)
{
    (void) state;
    refused("return { differs = true }", "differs: must be a string that says why");
    refused("return { differs = \"\" }", "differs: must be a string that says why");
    refused("return { tolerance_ms = 10 }", "why (of tolerance_ms)");
    refused("return { tolerance_ms = 1e9, why = \"x\" }", "at most 10000");
    refused("return { counters = { \"TcpOutRsts\" } }", "must be a table { NAME");
    refused("return { difers = \"x\" }", "difers: unknown");
}

static void a_file_that_does_not_return_a_table_in_time_is_refused(void **state)
{
    (void) state;
    refused("return 1", "must return a table");
    refused("retrun {}", "expect.lua:1:");
    refused("while true do end", "runs too long");
    refused("local s = 'x' while true do s = s .. s end", "memory");
    refused("os.exit(0)", "os");
    refused("\x1bLua", "binary chunk");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_means_no_exceptions),
        cmocka_unit_test(exceptions_are_read_with_their_reasons),
        cmocka_unit_test(an_exception_without_a_reason_is_refused),
        cmocka_unit_test(a_file_that_does_not_return_a_table_in_time_is_refused),
    };
    return cmocka_run_group_tests_name("validate/expect", tests, NULL, NULL);
}
