/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_script.h - a shell script, compiled: one line of steps with jumps, so that it can be left and taken up anywhere.
 *
 *     echo $(nproc) | wc -l        CAPTURE  RUN nproc  CAPTURED   a value
 *                                  PIPE     RUN echo $value       its output is kept ...
 *                                  PIPED    RUN wc -l             ... and is the next one's input
 *                                  PIPE_END
 *
 *   shell_lex.c    characters to words: quotes, variables, substitutions, here-documents
 *   shell_parse.c  words to steps: commands, pipes, lists, loops; shell_parse_test.c: [[ ]]
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- words ---- */

enum part_kind {
    PART_TEXT,
    PART_VARIABLE, /* text: its name; op, word: ${NAME:-WORD} */
    PART_OUTPUT,   /* of a command: the word-th value of the step */
    PART_SUM,      /* $((word)) */
};

struct part {
    uint8_t kind;
    bool is_quoted;   /* is neither split nor a pattern */
    bool has_colon;   /* ${x:-y}: an empty value is none */
    bool is_greedy;   /* ${x##y}, ${x%%y} */
    char op;          /* of ${}: - = + ? # %, 'l' for ${#x}; 0: none */
    uint32_t word;
    const char *text;
};

struct word {
    uint32_t first, n; /* parts */
};

struct redirect {
    uint8_t fd;        /* 0, 1, 2; 3: 1 and 2 */
    char op;           /* > a(ppend) < h(ere: the word is the input) &(as the word-th descriptor) */
    uint32_t word;
};

/* ---- steps ---- */

enum step_kind {
    STEP_NOTHING,
    STEP_RUN,          /* n words from first */
    STEP_ASSIGN,       /* name = word first */
    STEP_JUMP,         /* go to step `to` */
    STEP_IF_GOOD,      /* ... if the status is 0 */
    STEP_IF_BAD,       /* ... if it is not */
    STEP_IF_UNUSED,    /* ... if ${name} does not need the word that follows; n_values empty values take its place */
    STEP_NOT, STEP_GOOD,
    STEP_CAPTURE, STEP_CAPTURED,
    STEP_PIPE, STEP_PIPED, STEP_PIPE_END,
    STEP_SUBSHELL, STEP_SUBSHELL_END,
    STEP_REDIRECT, STEP_REDIRECT_END, /* n redirects from first */
    STEP_FOR,          /* name in n words from first; until `to` */
    STEP_NEXT,         /* assign the next one; the loop ends after the last */
    STEP_WHILE,        /* until `to` */
    STEP_LOOP_END,
    STEP_CASE,         /* word first, until `to` */
    STEP_MATCH,        /* go to step `to` if it matches the pattern first */
    STEP_CASE_END,
    STEP_TEST,         /* of [[ ]]: operator `name`, operands first (n of them) */
    STEP_CHECK,        /* ... its end: it may have failed */
    STEP_END,
};

struct step {
    uint8_t kind;
    bool is_forgiven;  /* its failure is looked at: left of ||, in a condition ... */
    bool is_last;      /* PIPED: no other follows */
    bool is_endless;   /* WHILE: its condition holds always, and nothing in it leaves it */
    bool keeps_values; /* REDIRECT: the command behind it has its values in common */
    char op;           /* IF_UNUSED: as in struct part */
    uint32_t line;
    uint32_t to;
    uint32_t first, n;
    uint32_t n_values; /* outputs of commands that its words use */
    const char *name;
};

struct shell_script {
    GArray *steps, *words, *parts, *redirects;
    GStringChunk *text; /* what they point to */
    bool has_set;       /* `set` may let it go on after failures */
};

enum { SCRIPT_MAX_BYTES = 1 << 20, SCRIPT_MAX_DEPTH = 50 };

/** Compile @text. @return NULL with NETSIM_ERROR_SYNTAX, "line 3: ..." */
struct shell_script *shell_script_parse(const char *text, GError **error);
void shell_script_free(struct shell_script *s);
/** Does @text end inside a construct, which more lines could complete? */
bool shell_script_wants_more(const char *text);

/** The text of a word without expansions, or NULL. */
const char *shell_script_literal(const struct shell_script *s, uint32_t word);

/* ---- inside the parser ---- */

struct shell_parser {
    struct shell_script *script;
    const char *at;
    unsigned line;       /* of at */
    unsigned depth;      /* of $(, loops, groups ... that are open */
    uint32_t n_values;   /* so far, of the command that is read */
    const char *skip_from, *skip_to; /* here-documents that were read: from the newline before, to behind the last */
    unsigned skip_lines;
    unsigned n_inner;    /* of texts inside the text (`commands`, here-documents) that are read: at stands in the innermost */
    bool is_open;        /* the text ended inside a construct */
    GError *error;
};

/** The i-th step; until the next one is emitted. */
static inline struct step *shell_parse_step(struct shell_parser *p, uint32_t i)
{
    return &g_array_index(p->script->steps, struct step, i);
}

/** @return false */
bool shell_parse_error(struct shell_parser *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** One level deeper: false with an error if that is too deep. */
bool shell_parse_enter(struct shell_parser *p);
/** Append a step; its number is returned. */
uint32_t shell_parse_emit(struct shell_parser *p, enum step_kind kind);
static inline uint32_t shell_parse_here(const struct shell_parser *p)
{
    return p->script->steps->len;
}

/* shell_lex.c */
bool is_name_char(char c);
/** Over blanks, comments, escaped newlines. */
void shell_lex_skip_blank(struct shell_parser *p);
/** Over the newline at p->at, and the here-documents behind it. */
void shell_lex_newline(struct shell_parser *p);
/** Read a word up to a blank or an operator. @return false: an error */
bool shell_lex_word(struct shell_parser *p, uint32_t *word);
/** Read the here-document that begins in the next line; p->at stands at its end mark's word. */
bool shell_lex_here_document(struct shell_parser *p, bool strip_tabs, uint32_t *word);
/** ... the here-string. */
bool shell_lex_here_string(struct shell_parser *p, uint32_t *word);
/** Read a regular expression, up to a blank. */
bool shell_lex_regex(struct shell_parser *p, uint32_t *word);

/* shell_parse.c */
enum { UNTIL_EOF = 1, UNTIL_PAREN = 2, UNTIL_BRACE = 4, UNTIL_THEN = 8, UNTIL_ELSE = 16, UNTIL_FI = 32, UNTIL_DO = 64, UNTIL_DONE = 128,
       UNTIL_ESAC = 256, UNTIL_CLAUSE = 512 /* ;; */ };
/** Read commands up to one of the ends in the set @until, which is taken; *end receives it. */
bool shell_parse_list(struct shell_parser *p, unsigned until, unsigned *end);

/* shell_parse_test.c */
/** Behind "[[": the expression up to "]]". */
bool shell_parse_test(struct shell_parser *p);
