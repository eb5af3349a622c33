/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/options.h"

static int bad_option(struct command_options *o, const char *format, ...) G_GNUC_PRINTF(2, 3);
static int bad_option(struct command_options *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    command_fail_status(o->run, o->bad_status, "%s: %s", o->run->argv[0], what);
    return COMMAND_BAD_OPTION;
}

static bool has_argument(const struct command_option *option)
{
    return option->name && g_str_has_suffix(option->name, "=");
}

static int next_letter(struct command_options *o)
{
    char letter = *o->letters++;
    for (unsigned i = 0; i < o->n_rows; i++) {
        if (o->rows[i].id != letter || letter <= ' ') continue;
        if (!has_argument(&o->rows[i])) return letter;
        o->argument = *o->letters ? o->letters : *o->next;
        if (!*o->letters && *o->next) o->next++;
        o->letters = "";
        return o->argument ? letter : bad_option(o, "option requires an argument -- '%c'", letter);
    }
    return bad_option(o, "invalid option -- '%c'", letter);
}

/* The beginning of a name is enough if no other option begins like that. */
static const struct command_option *find_long(struct command_options *o, const char *word, size_t length)
{
    const struct command_option *found = NULL;
    g_autoptr(GString) possible = g_string_new(NULL);
    bool is_ambiguous = false;
    for (unsigned i = 0; i < o->n_rows; i++) {
        const char *name = o->rows[i].name;
        if (!name || strncmp(name, word, length)) continue;
        size_t whole = strcspn(name, "=");
        if (whole == length) return &o->rows[i];
        g_string_append_printf(possible, " '--%.*s'", (int) whole, name);
        is_ambiguous = is_ambiguous || (found && found->id != o->rows[i].id);
        found = &o->rows[i];
    }
    if (found && !is_ambiguous) return found;
    if (found) bad_option(o, "option '--%.*s' is ambiguous; possibilities:%s", (int) length, word, possible->str);
    else bad_option(o, "unrecognized option '--%.*s'", (int) length, word);
    return NULL;
}

static int next_long(struct command_options *o, const char *word)
{
    const char *equals = strchr(word, '=');
    const struct command_option *option = find_long(o, word, equals ? (size_t) (equals - word) : strlen(word));
    if (!option) return COMMAND_BAD_OPTION;
    if (equals && !has_argument(option)) return bad_option(o, "option '--%s' doesn't allow an argument", option->name);
    o->argument = equals ? equals + 1 : NULL;
    if (!has_argument(option)) return option->id;
    if (!equals && *o->next) o->argument = *o->next++;
    if (o->argument) return option->id;
    return bad_option(o, "option '--%.*s' requires an argument", (int) strcspn(option->name, "="), option->name);
}

int command_next_option(struct command_options *o)
{
    if (!o->words) {
        o->words = g_new0(char *, g_strv_length(o->run->argv) + 1);
        o->next = o->run->argv + 1;
        o->letters = "";
    }
    o->argument = NULL;
    while (!*o->letters) {
        char *word = *o->next;
        if (!word) return 0;
        o->next++;
        if (o->only_words || word[0] != '-' || !word[1]) o->words[o->n_words++] = word;
        else if (word[1] != '-') o->letters = word + 1;
        else if (word[2]) return next_long(o, word + 2);
        else o->only_words = true;
    }
    return next_letter(o);
}

void command_options_clear(struct command_options *o)
{
    g_clear_pointer(&o->words, g_free);
}
