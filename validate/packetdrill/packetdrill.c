/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packetdrill.c - the command: its options, those in scripts, and the exit code. */
#include "validate/packetdrill/packetdrill.h"

#include "validate/packetdrill/runner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_IO = 4 };

/* ---- options: of the command line, then of the script ---- */

static bool number_of(const char *option, const char *text, int64_t least, int64_t most, int64_t *value, GString *error)
{
    char *end;
    *value = g_ascii_strtoll(text, &end, 10);
    if (*text && !*end && *value >= least && *value <= most) return true;
    g_string_append_printf(error, "%s=%s: must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option, text, least, most);
    return false;
}

static bool address_of(const char *option, const char *text, uint32_t *addr, struct packetdrill_options *o, GString *error)
{
    NetsimAddress address;
    if (strchr(text, ':')) {
        o->why_not = "IPv6";
        return true;
    }
    if (!netsim_parse_address(text, &address, NULL)) {
        g_string_append_printf(error, "%s=%s: no IPv4 address", option, text);
        return false;
    }
    *addr = address.addr;
    return true;
}

static bool set_define(GHashTable *defines, const char *text, GString *error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        g_string_append_printf(error, "-D %s: NAME=VALUE is expected", text);
        return false;
    }
    g_hash_table_replace(defines, g_strndup(text, (gsize) (equals - text)), g_strdup(equals + 1));
    return true;
}

/* One option "--name=value"; GOption is no help here: scripts have the same options in their text. */
static bool set_option(struct packetdrill_options *o, const char *word, GString *error)
{
    static const char *const lacking[] = { "--init_scripts", "--dry_run", "--define", "--tcp_ts_ecr_scaled", "--wire_client", "--wire_server", "--so_filename", "--udp_encaps", NULL };
    static const char *const harmless[] = { "--send_omit_free", "--gateway_ip", "--netmask_ip", "--non_fatal", "--speed", NULL };
    const char *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word, (gsize) (equals - word)) : g_strdup(word);
    const char *value = equals ? equals + 1 : "";
    int64_t n;
    if (g_strv_contains(harmless, name)) return true;
    if (g_strv_contains(lacking, name)) {
        o->why_not = word;
        return true;
    }
    if (!strcmp(name, "--ip_version")) {
        if (strcmp(value, "ipv4")) o->why_not = "IPv6";
        return true;
    }
    if (!strcmp(name, "--local_ip")) return address_of(name, value, &o->local_ip, o, error);
    if (!strcmp(name, "--remote_ip")) return address_of(name, value, &o->remote_ip, o, error);
    if (!strcmp(name, "--verbose") || !strcmp(name, "-v")) return o->is_verbose = true;
    if (!strcmp(name, "--strict_segments")) return o->strict_segments = true;
    if (!strcmp(name, "--kernel")) {
        o->kernel = value;
        return true;
    }
    if (!strcmp(name, "--mtu")) return number_of(name, value, 68, 65535, &n, error) && ((o->mtu = (unsigned) n), true);
    if (!strcmp(name, "--mss")) return number_of(name, value, 1, 65535, &n, error) && ((o->mss = (unsigned) n), true);
    if (!strcmp(name, "--hz")) return number_of(name, value, 100, 1000, &n, error) && ((o->hz = (unsigned) n), true);
    if (!strcmp(name, "--tolerance_usecs"))
        return number_of(name, value, 0, 1000000000, &n, error) && ((o->tolerance = n * NETSIM_US), true);
    if (!strcmp(name, "--tolerance_percent")) /* of the time since the event before, in tenths */
        return number_of(name, value, 0, 100, &n, error) && ((o->tolerance_percent = (unsigned) n * 10), true);
    if (!strcmp(name, "--tcp_ts_tick_usecs"))
        return number_of(name, value, 0, 1000000, &n, error) && ((o->ts_tick = n * NETSIM_US), true);
    g_string_append_printf(error, "%s: unknown option", word);
    return false;
}

/* ---- one script ---- */

static int say(int code, const char *text)
{
    fprintf(stderr, "%s\n", text);
    return code;
}

static int run_script(const char *path, const struct packetdrill_options *given, GHashTable *defines)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, &length, &error)) return say(EXIT_IO, error->message);
    struct script *script = script_parse(path, text, length, defines, &error);
    if (!script) return say(VERDICT_SCRIPT, error->message);
    struct packetdrill_options options = *given;
    g_autoptr(GString) message = g_string_new(NULL);
    int code = VERDICT_PASS;
    for (guint i = 0; i < script->options->len && code == VERDICT_PASS; i++)
        if (!set_option(&options, script->options->pdata[i], message)) {
            g_string_prepend(message, ": ");
            g_string_prepend(message, path);
            code = VERDICT_SCRIPT;
        }
    if (code == VERDICT_PASS && (script->unsupported || options.why_not)) {
        if (script->unsupported) g_string_append(message, script->unsupported);
        else g_string_append_printf(message, "%s: %s", path, options.why_not);
        code = VERDICT_SKIP;
    } else if (code == VERDICT_PASS) {
        code = runner_run(script, &options, message);
    }
    if (code == VERDICT_SKIP) g_string_append(message, " (netsim does not have this)");
    if (message->len) say(code, message->str);
    if (options.is_verbose) printf("%s: %s\n", path, code == VERDICT_PASS ? "passed" : code == VERDICT_SKIP ? "not run" : "failed");
    script_free(script);
    return code;
}

/* ---- the command ---- */

static const char usage[] =
    "Usage: netsim packetdrill [OPTION...] FILE.pkt...\n"
    "Run packetdrill scripts against a simulated host, in virtual time.\n\n"
    "  -D, --define= NAME=VALUE  replace a word of the script\n"
    "  --kernel=PROFILE          the host's kernel (default linux7.2)\n"
    "  --hz=N                    its timer frequency (default 1000)\n"
    "  --local_ip=, --remote_ip= addresses of host and script (192.168.0.1, 192.0.2.1)\n"
    "  --mtu=BYTES               of its device (1500)\n"
    "  --mss=BYTES               longer segments of the script arrive as super-packets of this size\n"
    "  --tolerance_usecs=N       how far a packet may be from its time (4000)\n"
    "  --tolerance_percent=N     ... or of the time since the event before (12.5)\n"
    "  -v, --verbose             name every script and its end\n\n"
    "Exit codes: 0 all held; 1 a check failed; 2 usage; 3 a script is wrong; 4 a script cannot be read;\n"
    "77 a script needs what netsim does not have.\n";

static int worse(int a, int b)
{
    static const int order[] = { VERDICT_SCRIPT, EXIT_IO, VERDICT_FAIL, VERDICT_SKIP };
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        if (a == order[i] || b == order[i]) return order[i];
    return VERDICT_PASS;
}

int packetdrill_main(int argc, char **argv)
{
    struct packetdrill_options options = { .kernel = "linux7.2", .hz = 1000, .local_ip = 0xc0a80001, .remote_ip = 0xc0000201,
                                           .mtu = 1500, .tolerance = 4 * NETSIM_MS, .tolerance_percent = 125 };
    g_autoptr(GHashTable) defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_autoptr(GString) error = g_string_new("netsim packetdrill: ");
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
            fputs(usage, stdout);
            return VERDICT_PASS;
        }
        if (!strcmp(word, "-D")) {
            if (!set_define(defines, i + 1 < argc ? argv[++i] : "", error)) return say(EXIT_USAGE, error->str);
        } else if (g_str_has_prefix(word, "--define=")) {
            if (!set_define(defines, strchr(word, '=') + 1, error)) return say(EXIT_USAGE, error->str);
        } else if (*word == '-') {
            if (!set_option(&options, word, error)) return say(EXIT_USAGE, error->str);
        } else {
            g_ptr_array_add(files, argv[i]);
        }
    }
    if (!g_strv_contains(netsim_kernel_names(), options.kernel)) {
        g_autofree char *names = g_strjoinv(", ", (char **) (gpointer) netsim_kernel_names());
        fprintf(stderr, "netsim packetdrill: --kernel=%s: no such profile (there are %s)\n", options.kernel, names);
        return EXIT_USAGE;
    }
    if (files->len == 0) return say(EXIT_USAGE, "netsim packetdrill: which script? netsim packetdrill FILE.pkt (--help says more)");
    int code = VERDICT_PASS;
    for (guint i = 0; i < files->len; i++) code = worse(code, run_script(files->pdata[i], &options, defines));
    return fflush(stdout) ? EXIT_IO : code;
}
