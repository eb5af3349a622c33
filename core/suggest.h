/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suggest.h - "did you mean ...?": the nearest of the names that exist.
 *
 *     struct suggest s = suggest_for(word);
 *     for (each name) suggest_offer(&s, name);
 *     g_set_error(..., "no host \"%s\"%s", word, suggest_text(&s).text);
 */
#pragma once

struct suggest {
    const char *word, *best; /* best: borrowed; NULL: nothing is near */
    unsigned distance;       /* of best; at first the least that is too far */
};
struct suggest_text {
    char text[160];
};

struct suggest suggest_for(const char *word);
void suggest_offer(struct suggest *s, const char *name);
/** ", did you mean \"eth0\"?", or "" when nothing was near */
struct suggest_text suggest_text(const struct suggest *s);

/** Letters to be inserted, removed, replaced or swapped with their neighbour; letters past the 64th are ignored. */
unsigned suggest_distance(const char *a, const char *b);
