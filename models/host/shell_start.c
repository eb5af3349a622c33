/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_start.c - scripts from outside: the C interface. */
#include "models/host/shell.h"

void host_warn(struct host *host, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    struct shell *sh = host->at_work;
    const char *command = sh && sh->is_in_command ? sh->run.argv[0] : NULL;
    g_autoptr(GString) all = g_string_new(text);
    if (command) {
        g_string_prepend(all, ": ");
        g_string_prepend(all, command);
    }
    if (sh && sh->conf_file) g_string_append_printf(all, " (%s:%u)", sh->conf_file, sh->conf_line);
    for (; sh && sh->outer; sh = sh->outer) {
        g_autofree char *place = sh->file ? g_strdup_printf("%s:%u: ", sh->file, sh->line) : NULL;
        if (place) g_string_prepend(all, place);
    }
    const char *message = all->str;
    if (!sh) sim_warn(host->net.sim, "%s: %s", netsim_host_name(host), message);
    else if (sh->config.warning) sh->config.warning(sh, sh->line, message, sh->config.data);
    else sim_warn(host->net.sim, "%s: line %u: %s", netsim_host_name(host), sh->line, message);
}

static void stop_run(NetsimShell *shell, void *data)
{
    (void) data;
    netsim_sim_stop(shell->host->net.sim);
}

/* The simulation runs until the script is done. */
static bool run_until_done(struct shell *sh, GError **error)
{
    struct sim *sim = sh->host->net.sim;
    if (sim->is_running) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE,
                    "line %u: %s waits, which the simulation cannot do inside a callback; netsim_host_sh_start() can", sh->line,
                    sh->run.argv[0]);
        return false;
    }
    sh->config.done = stop_run;
    if (!netsim_sim_run(sim, NETSIM_TIME_MAX, error)) return false;
    if (sh->is_done) return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "line %u: the simulation was stopped while %s waited", sh->line, sh->run.argv[0]);
    return false;
}

bool netsim_host_sh(NetsimHost *host, const char *script, GString *output, GError **error)
{
    if (!ns_given(host, error) || !ns_given(script, error)) return false;
    struct shell *sh = shell_start(host, script, NULL, &(NetsimShellConfig){ .must_end = true }, NULL, error);
    if (!sh) return false;
    bool good = sh->is_done || run_until_done(sh, error);
    if (output) g_string_append_len(output, sh->output->str, (gssize) sh->output->len);
    if (good && sh->error) {
        g_propagate_error(error, g_steal_pointer(&sh->error));
        good = false;
    }
    shell_free(sh);
    return good;
}

NetsimShell *netsim_host_sh_start(NetsimHost *host, const char *script, const NetsimShellConfig *config, GError **error)
{
    if (!ns_given(host, error) || !ns_given(script, error)) return NULL;
    return shell_start(host, script, NULL, config, NULL, error);
}

bool netsim_shell_is_done(const NetsimShell *shell)
{
    if (!shell) return false;
    return shell->is_done;
}

const char *netsim_shell_output(const NetsimShell *shell)
{
    if (!shell) return NULL;
    return shell->output->str;
}

const char *netsim_shell_messages(const NetsimShell *shell)
{
    if (!shell) return NULL;
    return shell->messages->str;
}

int netsim_shell_status(const NetsimShell *shell)
{
    if (!shell) return 0;
    return shell->status;
}

const GError *netsim_shell_error(const NetsimShell *shell)
{
    if (!shell) return NULL;
    return shell->error;
}

void netsim_shell_free(NetsimShell *shell)
{
    shell_free(shell);
}
