/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/suggest.h"

#include "core/check.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LETTERS = 64 };

/* Optimal string alignment, three rows. */
unsigned suggest_distance(const char *a, const char *b)
{
    unsigned n = (unsigned) strnlen(a, MAX_LETTERS), m = (unsigned) strnlen(b, MAX_LETTERS);
    unsigned rows[3][MAX_LETTERS + 1];
    for (unsigned j = 0; j <= m; j++) rows[0][j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned d = above[j - 1] + (a[i - 1] != b[j - 1]);
            unsigned gap = ns_min(above[j], row[j - 1]) + 1;
            d = ns_min(d, gap);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d = ns_min(d, above2[j - 2] + 1);
            row[j] = d;
        }
    }
    return rows[n % 3][m];
}

struct suggest suggest_for(const char *word)
{
    unsigned n = (unsigned) strnlen(word, MAX_LETTERS);
    return (struct suggest){ .word = word, .distance = ns_min(n / 3 + 2, n) }; /* something of the word remains */
}

void suggest_offer(struct suggest *s, const char *name)
{
    unsigned d = suggest_distance(s->word, name);
    bool is_tie = s->best && d == s->distance && strcmp(name, s->best) < 0; /* the order of the offers must not matter */
    if (d >= s->distance && !is_tie) return;
    s->distance = d;
    s->best = name;
}

struct suggest_text suggest_text(const struct suggest *s)
{
    struct suggest_text t = { "" };
    if (s->best) snprintf(t.text, sizeof t.text, ", did you mean \"%s\"?", s->best);
    return t;
}
