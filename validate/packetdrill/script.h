/* SPDX-License-Identifier: GPL-3.0-or-later */
/* script.h - a packetdrill script, as read: options, commands, and a list of events.
 *
 * The language is google/packetdrill's; sequence numbers, time stamps and descriptors are the script's own here.
 */
#pragma once
#include <glib.h>
#include <netsim/time.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- packets ---- */

enum tcp_flag {
    FLAG_FIN = 0x01, FLAG_SYN = 0x02, FLAG_RST = 0x04, FLAG_PSH = 0x08, FLAG_ACK = 0x10, FLAG_URG = 0x20, FLAG_ECE = 0x40,
    FLAG_CWR = 0x80, FLAG_AE = 0x100,
};

enum option_kind { OPTION_EOL = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_WSCALE = 3, OPTION_SACK_OK = 4, OPTION_SACK = 5, OPTION_TS = 8 };
enum { MAX_SACKS = 4, MAX_OPTIONS = 40 };

struct tcp_option {
    uint8_t kind;        /* enum option_kind, or a kind that is only known by its number */
    uint8_t n_sacks;
    uint32_t value;      /* mss, wscale, TS val */
    uint32_t ecr;
    uint32_t sacks[MAX_SACKS][2];
};

enum ip_ecn { ECN_ANY = -1 };

struct segment {
    enum { SEGMENT_TCP, SEGMENT_ICMP } kind;
    int ecn;             /* 0 to 3; ECN_ANY: not said */
    int tos, ttl;        /* -1: not said */
    uint16_t flags;      /* enum tcp_flag */
    uint32_t seq, ack, length;
    uint16_t window, urgent;
    bool has_ack, has_window, has_any_options; /* has_any_options: "<...>" */
    unsigned n_options;
    struct tcp_option options[MAX_OPTIONS];
    /* ICMP: the packet that it quotes has seq and length, if has_ack is set (the bracketed range was given). */
    uint8_t icmp_type, icmp_code;
    uint32_t icmp_mtu;
};

/* ---- expressions of calls ---- */

enum expr_kind { EXPR_ELLIPSIS, EXPR_NUMBER, EXPR_STRING, EXPR_NAME, EXPR_LIST, EXPR_STRUCT, EXPR_CALL, EXPR_OR };

struct expr {
    enum expr_kind kind;
    int64_t number;
    char *text;         /* string, name; the field's name in a struct; the function's name */
    GPtrArray *items;   /* struct expr: of a list, a struct (items with text = field, their value items[0]), a call, an or */
};

/* ---- events ---- */

enum event_kind { EVENT_INBOUND, EVENT_OUTBOUND, EVENT_CALL, EVENT_COMMAND, EVENT_CODE };
enum time_kind { TIME_ABSOLUTE, TIME_RELATIVE, TIME_ANY };

struct event {
    enum event_kind kind;
    unsigned line;
    enum time_kind time_kind;
    netsim_time at;
    netsim_time until;        /* end of a range or of a blocking call; see the two flags */
    bool is_range, is_blocking;

    struct segment segment;   /* EVENT_INBOUND, EVENT_OUTBOUND */
    char *text;               /* EVENT_COMMAND, EVENT_CODE; EVENT_CALL: its name */
    GPtrArray *args;          /* struct expr */
    struct expr *result;      /* NULL: not compared */
    char *error;              /* "EAGAIN"; NULL: none expected */
};

struct script {
    char *path;
    GPtrArray *options;       /* char *: "--tolerance_usecs=10000" */
    char *init, *cleanup;     /* commands, or NULL */
    unsigned init_line, cleanup_line;
    GPtrArray *events;        /* struct event */
    char *unsupported;        /* the first construct that netsim does not have, with its line; NULL: none */
};

/**
 * Read a script.
 * @text      its @length bytes; need not end with NUL
 * @defines   name -> text of -D; may be NULL
 * @return    free with script_free(); NULL with an error "PATH:LINE: ..."
 */
struct script *script_parse(const char *path, const char *text, size_t length, GHashTable *defines, GError **error);
void script_free(struct script *script);

/* ---- shared by the parsers ---- */

struct reader {
    struct script *script;
    const char *at, *end;
    unsigned line;
    GHashTable *defines;
    GError *error;
};

/** Skip white space and comments. */
void reader_skip(struct reader *r);
/** The next character after white space; 0 at the end. */
char reader_peek(struct reader *r);
/** Take @text if it comes next. */
bool reader_take(struct reader *r, const char *text);
/** Take @text or fail. */
bool reader_expect(struct reader *r, const char *text);
/** The first error counts. @return false */
bool reader_fail(struct reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Remember that netsim lacks something; reading goes on. */
void reader_unsupported(struct reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** A word of letters, digits and '_', -D names replaced; NULL if none comes next. Free with g_free(). */
char *reader_word(struct reader *r);
bool reader_number(struct reader *r, int64_t *value);

/** After '<' or '>': a packet. */
bool parse_segment(struct reader *r, struct segment *s);
/** One argument or result. NULL: failed. */
struct expr *parse_expr(struct reader *r);
void expr_free(struct expr *e);
