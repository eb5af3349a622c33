/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/options.h"

#include "core/suggest.h"

static int bad_option(struct command_options *o, const char *format, ...) G_GNUC_PRINTF(2, 3);
static int bad_option(struct command_options *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    command_fail_status(o->run, o->bad_status ? o->bad_status : 1, "%s: %s%s", o->run->argv[0], what, o->usage ? o->usage : "");
    return COMMAND_BAD_OPTION;
}

static int missing_option(struct command_options *o, const char *word, int length)
{
    const char *name = o->run->argv[0];
    command_unsupported(o->run, "%s %.*s: the real %s has this option, netsim does not model it", name, length, word, name);
    return COMMAND_BAD_OPTION;
}

/* The next of the words of o->missing, or NULL; *length is that of its name. */
static const char *next_missing(const char *at, int *length)
{
    at += strspn(at, " ");
    *length = (int) strcspn(at, " =");
    return *at ? at : NULL;
}

enum argument { ARGUMENT_NONE, ARGUMENT_GLUED, ARGUMENT };

static enum argument argument_of(const struct command_option *option)
{
    if (option->name && g_str_has_suffix(option->name, "[=]")) return ARGUMENT_GLUED;
    return option->name && g_str_has_suffix(option->name, "=") ? ARGUMENT : ARGUMENT_NONE;
}

/* The word behind an option comes to the options. */
static char *pull(struct command_options *o)
{
    char *word = *o->at;
    memmove(o->words + 1, o->words, (size_t) (o->at - o->words) * sizeof *o->words);
    *o->words++ = word;
    o->at++;
    return word;
}

static int next_letter(struct command_options *o)
{
    char letter = *o->letters++;
    if (g_ascii_isdigit(letter) && o->numbers == NUMBERS_ARE_OPTIONS) {
        o->argument = o->letters - 1;
        o->letters = "";
        return '0';
    }
    for (unsigned i = 0; i < o->n_rows; i++) {
        if (o->rows[i].id != letter || letter <= ' ') continue;
        enum argument kind = argument_of(&o->rows[i]);
        if (kind == ARGUMENT_NONE) return letter;
        if (*o->letters) o->argument = o->letters;
        else if (kind == ARGUMENT && *o->at) o->argument = pull(o);
        o->letters = "";
        return o->argument || kind == ARGUMENT_GLUED ? letter : bad_option(o, "option requires an argument -- '%c'", letter);
    }
    int length;
    for (const char *m = o->missing; m && (m = next_missing(m, &length)); m += strcspn(m, " "))
        if (length == 2 && m[1] == letter) return missing_option(o, m, length);
    return bad_option(o, "invalid option -- '%c'", letter);
}

/* ---- long names ---- */

struct finder {
    const char *word;
    size_t length;
    const struct command_option *row; /* found; NULL: one that is missing ... */
    const char *missing;              /* ... this */
    bool is_exact, is_ambiguous;
    GString *possible;
};

/* The beginning of a name is enough if no other option begins like that. */
static void offer(struct finder *f, const char *name, size_t whole, const struct command_option *row, const char *missing)
{
    if (f->is_exact || whole < f->length || strncmp(name, f->word, f->length)) return;
    f->is_exact = whole == f->length;
    f->is_ambiguous = !f->is_exact && (f->is_ambiguous || ((f->row || f->missing) && !(row && f->row && row->id == f->row->id)));
    f->row = row;
    f->missing = missing;
    g_string_append_printf(f->possible, " '--%.*s'", (int) whole, name);
}

static int unrecognized(struct command_options *o, const struct finder *f)
{
    g_autofree char *word = g_strndup(f->word, f->length);
    struct suggest near = suggest_for(word);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < o->n_rows; i++) {
        const char *name = o->rows[i].name ? o->rows[i].name : "";
        g_ptr_array_add(names, g_strndup(name, strcspn(name, "[=")));
        if (*name && *name != '=' && *name != '[') suggest_offer(&near, names->pdata[i]);
    }
    return bad_option(o, "unrecognized option '--%s'%s", f->word, suggest_text(&near).text);
}

static int next_long(struct command_options *o, const char *word)
{
    const char *equals = strchr(word, '=');
    g_autoptr(GString) possible = g_string_new(NULL);
    struct finder f = { .word = word, .length = equals ? (size_t) (equals - word) : strlen(word), .possible = possible };
    int length;
    for (unsigned i = 0; i < o->n_rows; i++)
        if (o->rows[i].name) offer(&f, o->rows[i].name, strcspn(o->rows[i].name, "[="), &o->rows[i], NULL);
    for (const char *m = o->missing; m && (m = next_missing(m, &length)); m += strcspn(m, " "))
        if (length > 2) offer(&f, m + 2, (size_t) length - 2, NULL, m);
    if (f.is_ambiguous) return bad_option(o, "option '--%s' is ambiguous; possibilities:%s", word, possible->str);
    if (f.missing) return missing_option(o, f.missing, (int) strcspn(f.missing, " ="));
    if (!f.row) return unrecognized(o, &f);
    enum argument kind = argument_of(f.row);
    int whole = (int) strcspn(f.row->name, "[=");
    if (equals && kind == ARGUMENT_NONE) return bad_option(o, "option '--%.*s' doesn't allow an argument", whole, f.row->name);
    o->argument = equals ? equals + 1 : kind == ARGUMENT && *o->at ? pull(o) : NULL;
    if (kind == ARGUMENT && !o->argument) return bad_option(o, "option '--%.*s' requires an argument", whole, f.row->name);
    return f.row->id;
}

/* ---- the line ---- */

static bool is_option(const struct command_options *o, const char *word)
{
    if (word[0] != '-' || !word[1]) return false;
    return o->numbers != NUMBERS_ARE_WORDS || !(g_ascii_isdigit(word[1]) || word[1] == '.');
}

int command_next_option(struct command_options *o)
{
    if (!o->words) {
        o->words = o->at = o->run->argv + 1;
        o->letters = "";
    }
    o->argument = NULL;
    if (*o->letters) return next_letter(o);
    while (!o->stops && *o->at && !is_option(o, *o->at)) o->at++;
    if (!*o->at || !is_option(o, *o->at)) return 0;
    const char *word = pull(o);
    if (word[1] == '-' && (!word[2] || !o->only_letters)) return word[2] ? next_long(o, word + 2) : 0;
    o->letters = word + 1;
    return next_letter(o);
}
