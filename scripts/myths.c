/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myths.c - runs the scenarios of examples/myths, each in a process of its own, and prints their verdicts.
 *
 * A scenario returns { claim = ..., verdict = ... } and expects what the verdict rests on.
 */
#include "scripts/myths.h"

#include "scripts/run.h"
#include "validate/validate.h"
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The scenarios of the folder in order of name; what they share, lab.lua, is none. */
static GPtrArray *find_scenarios(const char *folder, const char *pattern, GError **error)
{
    GDir *dir = g_dir_open(folder, 0, error);
    if (!dir) return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (g_str_has_suffix(name, ".lua") && strcmp(name, "lab.lua") && (!pattern || strstr(name, pattern)))
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* @text on lines of @width columns, all but the first indented like it. */
static void print_wrapped(const char *title, const char *text)
{
    enum { WIDTH = 110 };
    printf("  %-8s", title);
    size_t column = 0;
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        size_t length = (size_t) g_utf8_strlen(*word, -1);
        if (column && column + 1 + length > WIDTH) {
            printf("\n  %-8s", "");
            column = 0;
        }
        printf("%s%s", column ? " " : "", *word);
        column += length + (column > 0);
    }
    printf("\n");
}

static const char *member(JsonObject *object, const char *name)
{
    JsonNode *node = object && json_object_has_member(object, name) ? json_object_get_member(object, name) : NULL;
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

static bool print_verdict(const char *name, const char *output)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *result = NULL;
    if (json_parser_load_from_data(parser, output, -1, NULL)) {
        JsonNode *node = json_object_get_member(json_node_get_object(json_parser_get_root(parser)), "result");
        if (node && JSON_NODE_HOLDS_OBJECT(node)) result = json_node_get_object(node);
    }
    const char *claim = member(result, "claim"), *verdict = member(result, "verdict");
    if (!claim || !verdict) return false;
    printf("%.*s\n", (int) (strlen(name) - strlen(".lua")), name);
    print_wrapped("claim", claim);
    print_wrapped("verdict", verdict);
    return true;
}

static bool run_scenario(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *output = NULL, *messages = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                                                    "/proc/self/exe", "--json", path, NULL);
    if (!child || !g_subprocess_communicate_utf8(child, NULL, NULL, &output, &messages, &error)) {
        say("%s: %s", path, error->message);
        return false;
    }
    fflush(stdout); /* what the child complains of comes after the verdicts before it */
    bool good = g_subprocess_get_if_exited(child) && g_subprocess_get_exit_status(child) == EXIT_HELD;
    if (good && print_verdict(name, output)) return true;
    if (good) say("%s: returns no claim and verdict", path);
    else fputs(messages, stderr);
    return false;
}

int myths_main(const char *pattern)
{
    g_autofree char *folder = find_beside_program("examples/myths", "share/netsim/examples/myths");
    if (!folder) {
        say("examples/myths not found beside the program");
        return EXIT_IO;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names = find_scenarios(folder, pattern, &error);
    if (!names) {
        say("%s", error->message);
        return EXIT_IO;
    }
    if (names->len == 0) {
        say("no myth matches \"%s\"; netsim myths runs all", pattern);
        return EXIT_USAGE;
    }
    unsigned n_failed = 0;
    for (guint i = 0; i < names->len; i++) n_failed += !run_scenario(folder, names->pdata[i]);
    printf("%u claims judged, %u failed\n", names->len - n_failed, n_failed);
    if (fflush(stdout)) return EXIT_IO;
    return n_failed ? EXIT_EXPECTATION : EXIT_HELD;
}
