/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell.c - the machine: steps, frames, failures.
 *
 * A script stops at the first command that fails, as under `set -e`, unless its failure is looked at (||, if, !).
 * Inside ( ), $( ) and pipes only that part ends, as in any shell; but what no host would have answered - a command
 * that does not exist, one that is not modelled - ends the script from there, too.
 */
#include "models/host/shell.h"

#include "core/suggest.h"
#include <string.h>

enum { MAX_STEPS = 5000000, MAX_ROUNDS = 100000 };

/* ---- messages ---- */

static void add_place(struct shell *sh, struct shell_place place)
{
    const struct shell_place *last = sh->places->len ? &g_array_index(sh->places, struct shell_place, sh->places->len - 1) : NULL;
    sh->n_placed = sh->messages->len;
    if (last && last->line == place.line && last->command == place.command && last->where == place.where) return;
    g_array_append_val(sh->places, place);
}

/* What the script's messages have grown by since the last time is of the line that runs. */
static void place_messages(struct shell *sh)
{
    if (sh->messages->len > sh->n_placed) add_place(sh, (struct shell_place){ .from = sh->n_placed, .line = sh->line });
}

/* What an inner script said stands at @from now. */
static void place_inner(struct shell *sh, gsize from)
{
    const struct shell *inner = sh->inner;
    GStringChunk *texts = sh->script->text;
    for (guint i = 0; i < inner->places->len; i++) {
        const struct shell_place *p = &g_array_index(inner->places, struct shell_place, i);
        struct shell_place place = { .from = from + p->from, .line = sh->line };
        g_autofree char *file = inner->file ? g_strdup_printf("%s:%u", inner->file, p->line) : NULL;
        g_autofree char *where = file && p->where ? g_strdup_printf("%s: %s", file, p->where) : g_strdup(file ? file : p->where);
        if (where) place.where = g_string_chunk_insert_const(texts, where);
        if (p->command) place.command = g_string_chunk_insert_const(texts, p->command);
        add_place(sh, place);
    }
}

/* A command says @text on its standard error; @command: its name, unless the text has it. */
static void say(struct shell *sh, const char *command, const char *text)
{
    place_messages(sh);
    gsize from = sh->messages->len;
    g_string_append_printf(sh->err, "%s%s", text, g_str_has_suffix(text, "\n") ? "" : "\n");
    if (sh->err != sh->messages) return;
    if (sh->inner) place_inner(sh, from);
    else add_place(sh, (struct shell_place){ .from = from, .line = sh->line, .command = command ? g_string_chunk_insert_const(sh->script->text, command) : NULL });
}

/* ---- frames ---- */

static struct frame *top(struct shell *sh)
{
    return sh->frames->len ? &g_array_index(sh->frames, struct frame, sh->frames->len - 1) : NULL;
}

static struct frame *push(struct shell *sh, enum frame_kind kind, uint32_t end)
{
    struct frame f = { .kind = (uint8_t) kind, .end = end, .n_values = sh->values->len, .out = sh->out, .err = sh->err, .in = sh->in };
    g_array_append_val(sh->frames, f);
    if (kind == FRAME_SUBSHELL || kind == FRAME_CAPTURE || kind == FRAME_PIPE) shell_push_scope(sh);
    return top(sh);
}

static void output_free(struct shell_output *o)
{
    g_free(o->path);
    g_string_free(o->text, TRUE);
}

static void frame_clear(struct frame *f)
{
    if (f->own) g_string_free(f->own, TRUE);
    if (f->input) g_string_free(f->input, TRUE);
    if (f->words) g_ptr_array_free(f->words, TRUE);
    for (guint i = 0; f->files && i < f->files->len; i++) output_free(&g_array_index(f->files, struct shell_output, i));
    if (f->files) g_array_free(f->files, TRUE);
}

static void failed(struct shell *sh, const struct command_run *run, const char *text);

/* Who is at work is told: host_warn(). */
static bool at_work(struct shell *sh, bool (*func)(struct shell *sh, void *data), void *data)
{
    struct shell *before = sh->host->at_work;
    sh->host->at_work = sh;
    bool good = func(sh, data);
    sh->host->at_work = before;
    return good;
}

/* Redirections end: the files are written now, in one go, as a write() to /proc has to be. */
static bool write_files(struct shell *sh, void *frame)
{
    const struct frame *f = frame;
    for (guint i = 0; i < f->files->len; i++) {
        const struct shell_output *o = &g_array_index(f->files, struct shell_output, i);
        g_autoptr(GString) err = g_string_new(NULL);
        struct command_run run = { .net = &sh->host->net, .shell = sh, .err = err };
        if (shell_write_file(&run, o->path, o->text->str, o->is_append)) continue;
        sh->status = run.status;
        failed(sh, &run, err->str);
    }
    return true;
}

static void pop(struct shell *sh)
{
    struct frame f = *top(sh);
    g_array_set_size(sh->frames, sh->frames->len - 1);
    g_ptr_array_set_size(sh->values, (gint) f.n_values);
    if (f.kind == FRAME_SUBSHELL || f.kind == FRAME_CAPTURE || f.kind == FRAME_PIPE) shell_pop_scope(sh);
    if (f.kind != FRAME_LOOP) {
        sh->out = f.out;
        sh->err = f.err;
        if (f.input) sh->in = f.in; /* else what was read inside is read */
    }
    if (f.kind == FRAME_REDIRECT && !sh->error) at_work(sh, write_files, &f);
    frame_clear(&f);
}

static void finish(struct shell *sh)
{
    while (sh->frames->len) pop(sh);
    place_messages(sh);
    sh->is_done = true;
}

char *shell_name_file(const char *file, const char *message)
{
    return file && g_str_has_prefix(message, "line ") ? g_strdup_printf("%s:%s", file, message + strlen("line ")) : g_strdup(message);
}

void shell_fail(struct shell *sh, GError *error)
{
    if (sh->error) {
        g_error_free(error);
    } else {
        g_autofree char *text = shell_name_file(sh->file, error->message);
        sh->error = error;
        g_string_append_printf(sh->messages, "%s\n", text);
    }
    if (!sh->status) sh->status = 2;
    sh->is_done = true;
}

/* ---- failures ---- */

/* The name of @run's command, if @text does not begin with it: what ip(8) says names no command. */
static const char *unnamed_command(const struct command_run *run, const char *text)
{
    if (!run->argv || run->status == 127) return NULL;
    const char *slash = strrchr(run->argv[0], '/'), *name = slash ? slash + 1 : run->argv[0];
    return g_str_has_prefix(text, name) ? NULL : name;
}

/* A command has failed with sh->status and said @text, or nothing. */
static void failed(struct shell *sh, const struct command_run *run, const char *text)
{
    NetsimErrorCode code = run->is_unsupported ? NETSIM_ERROR_UNSUPPORTED : NETSIM_ERROR_COMMAND;
    g_clear_error(&sh->failure);
    const char *name = unnamed_command(run, text);
    const GError *inner = sh->inner && sh->inner->file ? sh->inner->error : NULL;
    g_autofree char *why = inner ? shell_name_file(sh->inner->file, inner->message) : NULL;
    if (why) sh->failure = g_error_new(NETSIM_ERROR, code, "line %u: %s: %s", sh->line, run->argv[0], why);
    else if (*text) sh->failure = g_error_new(NETSIM_ERROR, code, "line %u: %s%s%s", sh->line, name ? name : "", name ? ": " : "", text);
    else sh->failure = g_error_new(NETSIM_ERROR, code, "line %u: %s: exit status %d", sh->line, run->argv[0], sh->status);
    g_strchomp(sh->failure->message);
    if (*text) say(sh, name, text);
}

/* The script ends with sh->status. */
static void end_script(struct shell *sh)
{
    finish(sh);
    if (!sh->status || sh->error) return;
    if (sh->failure) sh->error = g_steal_pointer(&sh->failure);
    else sh->error = g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: exit status %d", sh->line, sh->status);
}

/* The innermost ( ), $( ) or part of a pipe ends, or the script if there is none. */
static void leave_subshell(struct shell *sh)
{
    while (sh->frames->len && top(sh)->kind >= FRAME_REDIRECT) pop(sh);
    if (sh->frames->len) sh->pc = top(sh)->end;
    else end_script(sh);
}

/* After a command: `set -e`. */
static void check_status(struct shell *sh, const struct step *s, bool is_hard)
{
    if (!sh->status || s->is_forgiven || !sh->scope->errexit || sh->is_done) return;
    if (is_hard) end_script(sh);
    else leave_subshell(sh);
}

/* ---- commands ---- */

static GError *missing_command(const char *word)
{
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word; /* /sbin/ip */
    const struct command *c = face_command(name);
    if (c && c->run) return NULL;
    if (c) return g_error_new(NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "%s: not modelled; leave it out, or go on without it: %s ... || true", name, name);
    if (g_str_has_prefix(word, "net.")) /* a line of a sysctl.conf */
        return g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "%s: command not found; write sysctl -w %.*s=VALUE, or give a file of "
                           "such lines to host:load_sysctl", word, (int) strcspn(word, "="), word);
    struct suggest near = suggest_for(name);
    for (unsigned i = 0; (c = face_nth_command(i)); i++)
        if (c->run) suggest_offer(&near, c->name);
    return g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "%s: command not found%s", word, suggest_text(&near).text);
}

bool shell_dispatch(struct command_run *run, char **argv)
{
    g_autoptr(GError) missing = missing_command(argv[0]);
    if (missing) {
        run->is_unsupported = missing->code == NETSIM_ERROR_UNSUPPORTED;
        return command_fail_status(run, 127, "%s", missing->message);
    }
    run->argv = argv;
    return face_command(strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0])->run(run);
}

void shell_flush(struct shell *sh)
{
    g_string_append_len(sh->out, sh->run.out->str, (gssize) sh->run.out->len);
    g_string_truncate(sh->run.out, 0);
    if (MAX(sh->out->len, sh->err->len) > SHELL_MAX_BYTES)
        shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: more than %d MiB of output", sh->line, SHELL_MAX_BYTES >> 20));
    if (!sh->config.output || !sh->output->len) return;
    sh->config.output(sh, sh->output->str, sh->config.data);
    g_string_truncate(sh->output, 0);
}

/* `break`, `continue`, `exit`: the command has run. */
static void leave(struct shell *sh)
{
    enum shell_leave how = sh->leave;
    sh->leave = LEAVE_NOT;
    if (how == LEAVE_EXIT) {
        if (sh->status) {
            g_clear_error(&sh->failure);
            sh->failure = g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: exit: exit status %d", sh->line, sh->status);
        }
        leave_subshell(sh);
        sh->has_exited = sh->is_done;
        return;
    }
    while (sh->frames->len && (top(sh)->kind >= FRAME_REDIRECT)) {
        const struct frame *f = top(sh);
        if (f->kind == FRAME_LOOP && !--sh->leave_levels) {
            sh->pc = how == LEAVE_BREAK ? f->end : f->next;
            return;
        }
        pop(sh);
    }
}

/* The command has returned @good, and does not wait. */
static void end_command(struct shell *sh, bool good)
{
    struct command_run *run = &sh->run;
    const struct step *s = &g_array_index(sh->script->steps, struct step, sh->pc - 1);
    bool is_hard = !good && (run->is_unsupported || run->status == 127);
    sh->is_in_command = false;
    sh->status = good ? 0 : run->status ? run->status : 1;
    shell_flush(sh);
    if (!good) failed(sh, run, run->err->str);
    else if (run->err->len) say(sh, unnamed_command(run, run->err->str), run->err->str);
    sh->inner = NULL;
    if (run->state_free) run->state_free(run->state);
    g_strfreev(run->words);
    run->words = NULL;
    run->state = NULL;
    run->state_free = NULL;
    if (sh->is_done) return;
    if (sh->leave) leave(sh);
    else check_status(sh, s, is_hard);
}

static void on_event(NetsimSim *sim, NetsimEvent event, void *data);

/* Returned: does the command wait? */
static bool after_call(struct shell *sh, bool good)
{
    struct command_run *run = &sh->run;
    struct sim *sim = sh->host->net.sim;
    if (good && run->is_waiting) shell_flush(sh);
    if (!good || !run->is_waiting || sh->is_done) {
        end_command(sh, good);
        return false;
    }
    struct node *node = &sh->host->net.node;
    sh->n_waits++;
    if (!sh->event) sh->event = sched_node_new(&sim->sched, node_event_id(node, node_serial(node), 0), on_event, sh);
    sim_event_at(sim, sh->event, ns_max(run->wait_until, sim->now));
    return true;
}

static bool step_command(struct shell *sh, void *data)
{
    (void) data;
    return sh->run.step(&sh->run);
}

static bool dispatch(struct shell *sh, void *argv)
{
    return shell_dispatch(&sh->run, argv);
}

static void on_event(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    struct shell *sh = data;
    sh->n_steps = 0;
    sh->run.is_waiting = false;
    if (!after_call(sh, at_work(sh, step_command, NULL))) shell_advance(sh);
    if (sh->is_done && sh->config.done) sh->config.done(sh, sh->config.data); /* which may free it */
}

static void wake(struct command_run *run)
{
    struct sim *sim = run->net->sim;
    if (run->is_waiting) sim_event_at(sim, run->shell->event, sim->now);
}

/* argv becomes the command's. */
static void start_command(struct shell *sh, char **argv)
{
    struct command_run *run = &sh->run;
    struct net *net = &sh->host->net;
    g_string_truncate(run->out, 0);
    g_string_truncate(run->err, 0);
    *run = (struct command_run){ .net = net, .shell = sh, .argv = argv, .words = argv, .in = sh->in, .out = run->out, .err = run->err, .wake = wake,
                                 .must_end = sh->config.must_end };
    sh->is_in_command = true;
    after_call(sh, at_work(sh, dispatch, argv));
}

/* ---- steps ---- */

static const struct word *word_at(const struct shell *sh, uint32_t i)
{
    return &g_array_index(sh->script->words, struct word, i);
}

/* The outputs of commands that the step's words use. */
static char *const *values_of(const struct shell *sh, const struct step *s)
{
    return s->n_values ? (char *const *) sh->values->pdata + (sh->values->len - s->n_values) : NULL;
}

static void drop_values(struct shell *sh, const struct step *s)
{
    g_ptr_array_set_size(sh->values, (gint) (sh->values->len - s->n_values));
}

static GPtrArray *expand_words(struct shell *sh, const struct step *s)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    bool good = true;
    for (uint32_t i = 0; good && i < s->n; i++) good = shell_expand_fields(sh, word_at(sh, s->first + i), values_of(sh, s), fields);
    drop_values(sh, s);
    return fields;
}

static void step_run(struct shell *sh, const struct step *s)
{
    GPtrArray *fields = expand_words(sh, s);
    if (sh->is_done || !fields->len) {
        if (!sh->is_done) sh->status = s->n_values ? sh->captured_status : 0;
        g_ptr_array_free(fields, TRUE);
        check_status(sh, s, false);
        return;
    }
    g_ptr_array_add(fields, NULL);
    start_command(sh, (char **) g_ptr_array_free(fields, FALSE));
}

static void step_assign(struct shell *sh, const struct step *s)
{
    g_autofree char *value = NULL;
    bool good = shell_expand(sh, word_at(sh, s->first), values_of(sh, s), &value);
    drop_values(sh, s);
    if (!good) return;
    shell_assign(sh, s->name, value);
    sh->status = s->n_values ? sh->captured_status : 0;
    check_status(sh, s, false);
}

static void step_if_unused(struct shell *sh, const struct step *s)
{
    const char *value = shell_variable(sh, s->name);
    bool is_there = value && (*value || !s->is_last);
    if (is_there != (s->op != '+')) return;
    for (uint32_t i = 0; i < s->n_values; i++) g_ptr_array_add(sh->values, g_strdup(""));
    sh->pc = s->to;
}

static void step_captured(struct shell *sh)
{
    GString *own = top(sh)->own;
    top(sh)->own = NULL;
    pop(sh);
    while (own->len && own->str[own->len - 1] == '\n') g_string_truncate(own, own->len - 1);
    g_ptr_array_add(sh->values, g_string_free(own, FALSE));
    sh->captured_status = sh->status;
}

static void step_capture(struct shell *sh, const struct step *s)
{
    struct frame *f = push(sh, FRAME_CAPTURE, s->to);
    sh->out = f->own = g_string_new(NULL);
}

static void step_pipe(struct shell *sh, const struct step *s)
{
    struct frame *f = push(sh, FRAME_PIPE, s->to);
    sh->out = f->own = g_string_new(NULL);
}

static void step_piped(struct shell *sh, const struct step *s)
{
    struct frame *f = top(sh);
    if (sh->status) f->failed_status = sh->status;
    if (f->input) g_string_free(f->input, TRUE);
    else f->in = sh->in;
    f->input = f->own;
    f->own = s->is_last ? NULL : g_string_new(NULL);
    f->end = s->to;
    sh->in = f->input->str;
    sh->out = s->is_last ? f->out : f->own;
    sh->err = f->err;
    shell_pop_scope(sh);
    shell_push_scope(sh);
}

static void step_end_frame(struct shell *sh, const struct step *s)
{
    int failed_status = top(sh)->failed_status;
    pop(sh);
    if (sh->scope->pipefail && !sh->status) sh->status = failed_status;
    check_status(sh, s, false);
}

/* ---- redirections ---- */

static void redirect_output(struct shell *sh, struct frame *f, const struct redirect *r, const char *path)
{
    struct shell_output o = { g_strdup(path), r->op == 'a', g_string_new(NULL) };
    g_array_append_val(f->files, o);
    if (r->fd != 2) sh->out = o.text;
    if (r->fd >= 2) sh->err = o.text;
}

static bool redirect_input(struct shell *sh, struct frame *f, const struct redirect *r, const char *text)
{
    if (f->input) g_string_free(f->input, TRUE);
    f->input = g_string_new(NULL);
    if (r->op == 'h') {
        g_string_append(f->input, text);
    } else {
        int err = shell_read(sh->host, text, f->input);
        if (err) {
            struct command_run run = { .status = 2 };
            g_autofree char *message = g_strdup_printf("cannot open %s: %s", text, g_strerror(-err));
            sh->status = 2;
            failed(sh, &run, message);
            return false;
        }
    }
    sh->in = f->input->str;
    return true;
}

static bool redirect(struct shell *sh, const struct step *s, const struct redirect *r)
{
    if (r->op == '&') {
        if (r->fd == 1 && r->word == 2) sh->out = sh->err;
        if (r->fd == 2 && r->word == 1) sh->err = sh->out;
        return true;
    }
    g_autofree char *text = NULL;
    if (r->op == 'c') redirect_output(sh, top(sh), r, "/dev/null");
    else if (!shell_expand(sh, word_at(sh, r->word), values_of(sh, s), &text)) return false;
    else if (r->op == 'h' || r->op == '<') return redirect_input(sh, top(sh), r, text);
    else redirect_output(sh, top(sh), r, text);
    return true;
}

static void step_redirect(struct shell *sh, const struct step *s)
{
    struct frame *f = push(sh, FRAME_REDIRECT, s->to);
    f->files = g_array_new(FALSE, FALSE, sizeof(struct shell_output));
    f->n_values -= s->n_values;
    for (uint32_t i = 0; i < s->n; i++) {
        if (redirect(sh, s, &g_array_index(sh->script->redirects, struct redirect, s->first + i))) continue;
        if (sh->is_done) return;
        pop(sh);
        sh->pc = s->to + 1;
        check_status(sh, s, false);
        return;
    }
    if (!s->keeps_values) drop_values(sh, s);
}

/* ---- loops ---- */

static void step_for(struct shell *sh, const struct step *s)
{
    GPtrArray *words = expand_words(sh, s);
    struct frame *f = push(sh, FRAME_LOOP, s->to);
    f->words = words;
    f->next = sh->pc;
    sh->status = 0;
}

static void step_next(struct shell *sh, const struct step *s)
{
    struct frame *f = top(sh);
    if (f->i_word == f->words->len) sh->pc = f->end;
    else shell_assign(sh, s->name, f->words->pdata[f->i_word++]);
}

/* A script that nobody stops may not go round for ever. */
static void fail_endless(struct shell *sh, const char *what)
{
    shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: %s; bound it: timeout 10 sh -c '...', break, or the run: --until TIME",
                               sh->line, what));
}

/* Back to a loop's next round. */
static void step_jump(struct shell *sh, const struct step *s)
{
    struct frame *f = top(sh);
    bool is_round = s->to < sh->pc && f && f->kind == FRAME_LOOP && f->is_while && f->n_waits != sh->n_waits;
    sh->pc = s->to;
    if (!is_round || !sh->config.must_end) return;
    f->n_waits = sh->n_waits;
    if (++f->n_rounds <= MAX_ROUNDS) return;
    g_autofree char *what = g_strdup_printf("this loop has waited in %d rounds, and does not end", MAX_ROUNDS);
    fail_endless(sh, what);
}

static void step_while(struct shell *sh, const struct step *s)
{
    if (s->is_endless && sh->config.must_end) {
        fail_endless(sh, "this loop never ends");
        return;
    }
    struct frame *f = push(sh, FRAME_LOOP, s->to);
    f->is_while = true;
    f->n_waits = sh->n_waits;
    f->next = sh->pc;
}

static void step_loop_end(struct shell *sh)
{
    if (top(sh)->is_while) sh->status = 0; /* that of the condition does not count */
    pop(sh);
}

/* ---- case, [[ ]] ---- */

static void step_case(struct shell *sh, const struct step *s)
{
    g_autofree char *text = NULL;
    bool good = shell_expand(sh, word_at(sh, s->first), values_of(sh, s), &text);
    drop_values(sh, s);
    if (good) push(sh, FRAME_CASE, s->to)->own = g_string_new(text);
}

static void step_match(struct shell *sh, const struct step *s)
{
    g_autofree char *pattern = NULL;
    bool good = shell_expand_pattern(sh, word_at(sh, s->first), values_of(sh, s), PATTERN_GLOB, &pattern);
    drop_values(sh, s);
    if (good && shell_match(pattern, top(sh)->own->str)) sh->pc = s->to;
}

static void step_test(struct shell *sh, const struct step *s)
{
    int status = shell_test(sh, s, values_of(sh, s));
    drop_values(sh, s);
    if (!sh->is_done) sh->status = status;
}

static void step_check(struct shell *sh, const struct step *s)
{
    char *argv[] = { (char *) "[[", NULL };
    if (sh->status) failed(sh, &(struct command_run){ .argv = argv }, "");
    check_status(sh, s, false);
}

static void step(struct shell *sh, const struct step *s)
{
    switch ((enum step_kind) s->kind) {
    case STEP_NOTHING: break;
    case STEP_RUN: step_run(sh, s); break;
    case STEP_ASSIGN: step_assign(sh, s); break;
    case STEP_JUMP: step_jump(sh, s); break;
    case STEP_IF_GOOD: if (!sh->status) sh->pc = s->to; break;
    case STEP_IF_BAD: if (sh->status) sh->pc = s->to; break;
    case STEP_IF_UNUSED: step_if_unused(sh, s); break;
    case STEP_NOT: sh->status = !sh->status; break;
    case STEP_GOOD: sh->status = 0; break;
    case STEP_CAPTURE: step_capture(sh, s); break;
    case STEP_CAPTURED: step_captured(sh); break;
    case STEP_PIPE: step_pipe(sh, s); break;
    case STEP_PIPED: step_piped(sh, s); break;
    case STEP_SUBSHELL: push(sh, FRAME_SUBSHELL, s->to); break;
    case STEP_SUBSHELL_END: case STEP_PIPE_END: case STEP_REDIRECT_END: step_end_frame(sh, s); break;
    case STEP_REDIRECT: step_redirect(sh, s); break;
    case STEP_FOR: step_for(sh, s); break;
    case STEP_NEXT: step_next(sh, s); break;
    case STEP_WHILE: step_while(sh, s); break;
    case STEP_LOOP_END: step_loop_end(sh); break;
    case STEP_CASE: step_case(sh, s); break;
    case STEP_MATCH: step_match(sh, s); break;
    case STEP_CASE_END: pop(sh); break;
    case STEP_TEST: step_test(sh, s); break;
    case STEP_CHECK: step_check(sh, s); break;
    case STEP_END: end_script(sh); break;
    }
}

void shell_advance(struct shell *sh)
{
    while (!sh->is_done && !sh->is_in_command) {
        if (++sh->n_steps > MAX_STEPS) {
            shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: a script that never waits: %d steps without sleep",
                                       sh->line, MAX_STEPS));
            break;
        }
        const struct step *s = &g_array_index(sh->script->steps, struct step, sh->pc++);
        if (s->kind != STEP_END) sh->line = s->line;
        step(sh, s);
        place_messages(sh);
    }
    if (sh->is_done) finish(sh);
}

/* ---- before the first step ---- */

/* Commands that will certainly be run if the others succeed must be there, or nothing is run at all. */
static GError *check_commands(const struct shell *sh)
{
    const struct shell_script *script = sh->script;
    for (uint32_t i = 0; i < script->steps->len; i++) {
        const struct step *s = &g_array_index(script->steps, struct step, i);
        if (s->to > i && s->kind >= STEP_JUMP && s->kind <= STEP_IF_UNUSED) i = s->to - 1;
        else if (s->kind == STEP_FOR || s->kind == STEP_WHILE || s->kind == STEP_CASE) i = s->to - 1;
        if (s->kind != STEP_RUN || !s->n || s->is_forgiven) continue;
        const char *name = shell_script_literal(script, s->first);
        if (!name || !*name) continue;
        if (!strcmp(name, "exit")) return NULL;
        GError *missing = missing_command(name);
        if (missing) g_prefix_error(&missing, "line %u: ", s->line);
        if (missing) return missing;
    }
    return NULL;
}

static void assign_given(struct shell *sh)
{
    for (const char *const *v = sh->config.variables; v && *v; v++) {
        const char *equals = strchr(*v, '=');
        g_autofree char *name = g_strndup(*v, equals ? (gsize) (equals - *v) : strlen(*v));
        shell_assign(sh, name, equals ? equals + 1 : "");
    }
    sh->config.variables = NULL;
}

struct shell *shell_start(struct host *host, const char *text, const char *file, const NetsimShellConfig *config, struct shell *outer,
                          GError **error)
{
    struct shell_script *script = shell_script_parse(text, error);
    if (!script) return NULL;
    struct shell *sh = g_new0(struct shell, 1);
    *sh = (struct shell){ .host = host, .script = script, .file = file, .outer = outer, .depth = outer ? outer->depth + 1 : 0, .in = "",
                          .frames = g_array_new(FALSE, FALSE, sizeof(struct frame)), .values = g_ptr_array_new_with_free_func(g_free),
                          .output = g_string_new(NULL), .messages = g_string_new(NULL),
                          .places = g_array_new(FALSE, FALSE, sizeof(struct shell_place)) };
    sh->run.out = g_string_new(NULL);
    sh->run.err = g_string_new(NULL);
    sh->out = sh->output;
    sh->err = sh->messages;
    if (config) sh->config = *config;
    shell_push_scope(sh);
    sh->scope->errexit = !sh->config.goes_on;
    sh->status = sh->config.status;
    assign_given(sh);
    sh->next = host->shells;
    sh->pprev = &host->shells;
    if (sh->next) sh->next->pprev = &sh->next;
    host->shells = sh;
    GError *missing = sh->config.goes_on || script->has_set ? NULL : check_commands(sh);
    if (missing) {
        sh->status = 127;
        shell_fail(sh, missing);
    }
    shell_advance(sh);
    return sh;
}

void shell_interrupt(struct shell *sh)
{
    enum { INTERRUPTED = 130 };
    struct command_run *run = &sh->run;
    if (sh->is_done) return;
    sh->status = INTERRUPTED;
    if (sh->is_in_command) end_command(sh, run->interrupt ? run->interrupt(run) : command_fail_status(run, INTERRUPTED, "%s", ""));
    if (!sh->is_done) finish(sh);
}

void shell_free(struct shell *sh)
{
    if (!sh) return;
    if (sh->is_in_command && sh->run.state_free) sh->run.state_free(sh->run.state);
    g_strfreev(sh->run.words);
    if (sh->event) sched_node_free(&sh->host->net.sim->sched, sh->event);
    while (sh->frames->len) {
        struct frame f = *top(sh);
        g_array_set_size(sh->frames, sh->frames->len - 1);
        frame_clear(&f);
    }
    while (sh->scope) shell_pop_scope(sh);
    g_array_free(sh->frames, TRUE);
    g_ptr_array_free(sh->values, TRUE);
    g_string_free(sh->output, TRUE);
    g_string_free(sh->messages, TRUE);
    g_array_free(sh->places, TRUE);
    g_string_free(sh->run.out, TRUE);
    g_string_free(sh->run.err, TRUE);
    g_clear_error(&sh->failure);
    g_clear_error(&sh->error);
    shell_script_free(sh->script);
    *sh->pprev = sh->next;
    if (sh->next) sh->next->pprev = sh->pprev;
    g_free(sh);
}

void shell_host_free(struct host *host)
{
    for (struct shell *sh; (sh = host->shells);) {
        while (sh->depth) sh = sh->next; /* those that commands started go with these; they are younger */
        shell_free(sh);
    }
    shell_files_free(host);
}
