/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_driver.c - main() of a fuzz target where libFuzzer is not there.
 *
 *     fuzz_NAME [-runs=N] [-seed=N] [FILE or FOLDER]...
 *
 * Runs every file that it is given, then N inputs made from them by mutation.  The same
 * arguments make the same inputs on every machine, so an ordinary test run can use it.
 * An input that brings the target down is written to ./crash-NAME; `fuzz_NAME crash-NAME`
 * runs it again.
 */
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sanitizers end the process without a signal; they call this first. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

enum { MAX_INPUT_BYTES = 65536, DEFAULT_RUNS = 2000 };

struct input {
    uint8_t *bytes;
    size_t size_bytes;
};

static struct input current; /* what the target is looking at, for the crash file */
static char *crash_path;

static void save_current(void)
{
    FILE *f = crash_path ? fopen(crash_path, "wb") : NULL;
    if (!f)
        return;
    if (current.size_bytes)
        fwrite(current.bytes, 1, current.size_bytes, f);
    fclose(f);
    fprintf(stderr, "fuzz: the input is in %s\n", crash_path);
}

static void on_signal(int number)
{
    save_current();
    signal(number, SIG_DFL);
    raise(number);
}

/* xorshift64*, Vigna 2016.  Tests of random streams must not depend on core/rng. */
static uint64_t random_state;

static uint64_t random_u64(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

static size_t random_below(size_t bound)
{
    return bound ? (size_t)(random_u64() % bound) : 0;
}

/* The block is as long as the input, so that a sanitizer sees the first byte read past it. */
static void run_one(const uint8_t *bytes, size_t size_bytes)
{
    current.bytes = malloc(size_bytes ? size_bytes : 1);
    g_assert(current.bytes != NULL);
    if (size_bytes)
        memcpy(current.bytes, bytes, size_bytes);
    current.size_bytes = size_bytes;
    LLVMFuzzerTestOneInput(current.bytes, size_bytes);
    free(current.bytes);
    current = (struct input){ 0 };
}

/* ---- inputs ----------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds a file, or the files of a folder in order of name; says nothing about what is not there,
 * because a target may have no corpus. */
static void corpus_add(GArray *corpus, const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    if (dir) {
        GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
        for (const char *name; (name = g_dir_read_name(dir));)
            g_ptr_array_add(files, g_build_filename(path, name, NULL));
        g_dir_close(dir);
        if (files->len)
            qsort(files->pdata, files->len, sizeof files->pdata[0], by_name);
        for (guint i = 0; i < files->len; i++)
            corpus_add(corpus, g_ptr_array_index(files, i));
        g_ptr_array_unref(files);
        return;
    }
    gchar *text;
    gsize size_bytes;
    if (g_file_get_contents(path, &text, &size_bytes, NULL)) {
        struct input in = { (uint8_t *)text, MIN(size_bytes, MAX_INPUT_BYTES) };
        g_array_append_val(corpus, in);
    }
}

/* Values at which lengths and counters go wrong. */
static const uint8_t edge_bytes[] = { 0, 1, 4, 5, 8, 19, 20, 40, 0x7f, 0x80, 0xfe, 0xff, '\n', '"' };

/* One small change to the SIZE bytes in BUFFER; returns the new size. */
static size_t mutate_once(uint8_t *buffer, size_t size, const struct input *other)
{
    size_t at = random_below(size);
    size_t n = 1 + random_below(MIN(size - at, 16));

    switch (random_below(8)) {
    case 0: /* flip a bit */
        if (size)
            buffer[at] ^= (uint8_t)(1u << random_below(8));
        return size;
    case 1: /* any byte */
        if (size)
            buffer[at] = (uint8_t)random_u64();
        return size;
    case 2: /* a byte from the edge of a range */
        if (size)
            buffer[at] = edge_bytes[random_below(G_N_ELEMENTS(edge_bytes))];
        return size;
    case 3: /* cut the end */
        return at;
    case 4: /* remove some bytes */
        if (size == 0)
            return 0;
        memmove(buffer + at, buffer + at + n, size - at - n);
        return size - n;
    case 5: /* repeat some bytes */
        if (size == 0 || size + n > MAX_INPUT_BYTES)
            return size;
        memmove(buffer + at + n, buffer + at, size - at);
        return size + n;
    case 6: /* insert a byte */
        if (size + 1 > MAX_INPUT_BYTES)
            return size;
        memmove(buffer + at + 1, buffer + at, size - at);
        buffer[at] = (uint8_t)random_u64();
        return size + 1;
    default: /* go on as another input does */
        if (other->size_bytes <= at)
            return size;
        memcpy(buffer + at, other->bytes + at, other->size_bytes - at);
        return MAX(size, other->size_bytes);
    }
}

static void run_mutations(const GArray *corpus, long runs)
{
    uint8_t *buffer = g_malloc(MAX_INPUT_BYTES);
    for (long i = 0; i < runs; i++) {
        const struct input *from = &g_array_index(corpus, struct input, random_below(corpus->len));
        const struct input *other = &g_array_index(corpus, struct input, random_below(corpus->len));
        size_t size = from->size_bytes;
        if (size)
            memcpy(buffer, from->bytes, size);
        for (size_t n = 1 + random_below(8); n > 0; n--)
            size = mutate_once(buffer, size, other);
        run_one(buffer, size);
    }
    g_free(buffer);
}

static void add_noise(GArray *corpus)
{
    struct input in = { g_malloc(256), 256 };
    for (size_t i = 0; i < in.size_bytes; i++)
        in.bytes[i] = (uint8_t)random_u64();
    g_array_append_val(corpus, in);
}

static void input_clear(void *p)
{
    g_free(((struct input *)p)->bytes);
}

int main(int argc, char **argv)
{
    long runs = -1;
    uint64_t seed = 1;
    bool is_replay = false; /* a crash file alone: run it, make nothing from it */
    GArray *corpus = g_array_new(FALSE, FALSE, sizeof(struct input));
    gchar *base = g_path_get_basename(argv[0]);

    g_array_set_clear_func(corpus, input_clear);
    crash_path = g_strconcat("crash-", base, NULL);
    signal(SIGSEGV, on_signal);
    signal(SIGBUS, on_signal);
    signal(SIGFPE, on_signal);
    signal(SIGABRT, on_signal);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(save_current);

    for (int i = 1; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "-runs=")) {
            runs = strtol(argv[i] + strlen("-runs="), NULL, 10);
        } else if (g_str_has_prefix(argv[i], "-seed=")) {
            seed = strtoull(argv[i] + strlen("-seed="), NULL, 10);
        } else {
            is_replay |= g_file_test(argv[i], G_FILE_TEST_IS_REGULAR);
            corpus_add(corpus, argv[i]);
        }
    }
    if (runs < 0)
        runs = is_replay ? 0 : DEFAULT_RUNS;
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

    guint n_files = corpus->len;
    run_one((const uint8_t *)"", 0);
    for (guint i = 0; i < n_files; i++) {
        const struct input *in = &g_array_index(corpus, struct input, i);
        run_one(in->bytes, in->size_bytes);
    }
    add_noise(corpus);
    run_mutations(corpus, runs);
    printf("%s: %u files, %ld mutations, seed %" G_GUINT64_FORMAT "\n", base, n_files, runs, seed);

    g_array_unref(corpus);
    g_free(base);
    g_free(crash_path);
    return 0;
}
