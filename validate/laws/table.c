/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.c - the laws: a formula, a lab in which it should hold, how well.
 *
 * Tolerances: 5 % where a law says exactly what Linux does and only whole segments and the round trip of a recovery are in
 * between; 10 % where it describes a mean under chance losses; 20 % where it leaves out how losses are spaced.  Nothing is
 * fitted to a run.
 */
#include "validate/laws/laws.h"

#include <math.h>

/* Of a wire's bytes, those of payload: Ethernet, IPv4, TCP with time stamps. */
#define GOODPUT_SHARE (1448.0 / 1538.0)

static double bdp_segments(const struct law_lab *lab)
{
    return lab->rate_bps * lab->rtt_s / (8 * 1538);
}

/* Mathis, Semke, Mahdavi, Ott 1997; b = 1, since Linux counts acknowledged segments, not ACKs (RFC 3465). */
static double mathis(const struct law_lab *lab)
{
    return sqrt(3 / (2 * lab->loss));
}

/* Padhye, Firoiu, Towsley, Kurose 1998; b = 1, the first time-out a round trip and Linux's floor of 200 ms. */
static double padhye(const struct law_lab *lab)
{
    double p = lab->loss, t0 = lab->rtt_s + 0.2;
    return lab->rtt_s / (lab->rtt_s * sqrt(2 * p / 3) + t0 * fmin(1, 3 * sqrt(3 * p / 8)) * p * (1 + 32 * p * p));
}

enum { EPOCHS = 20000 };
static const double cubic_c = 0.4, cubic_beta = 0.7;

/* RFC 9438 s5: one loss every 1/p segments. */
static double cubic_response(const struct law_lab *lab)
{
    return pow(cubic_c * (3 + cubic_beta) / (4 * (1 - cubic_beta)), 0.25) * pow(lab->rtt_s / lab->loss, 0.75);
}

/* RFC 9438 s4.2 to s4.7 with real numbers, a step a round trip, when losses come by chance: there is no closed form. */
static double cubic_by_chance(const struct law_lab *lab)
{
    GRand *random = g_rand_new_with_seed(1);
    double w = 100, w_max = 140, segments = 0, rounds = 0;
    for (unsigned epoch = 0; epoch < EPOCHS; epoch++) {
        double left = -log(1 - g_rand_double(random)) / lab->loss, est = w, origin = fmax(w, w_max);
        double k = cbrt((origin - w) / cubic_c);
        for (double t = lab->rtt_s; left > 0; t += lab->rtt_s) {
            left -= w;
            segments += w;
            rounds++;
            est += 3 * (1 - cubic_beta) / (1 + cubic_beta);
            w = fmax(w, fmax(est, origin + cubic_c * pow(t - k, 3)));
        }
        w_max = w < w_max ? w * (1 + cubic_beta) / 2 : w; /* fast convergence, s4.7 */
        w *= cubic_beta;
    }
    g_rand_free(random);
    return segments / rounds;
}

static double whole_line(const struct law_lab *lab)
{
    return lab->rate_bps * GOODPUT_SHARE * (1 - lab->loss) / 1e6;
}

/* From the limit W = BDP + queue to the next time: half of it a round trip more, a segment each. */
static double sawtooth(const struct law_lab *lab)
{
    double limit = bdp_segments(lab) * (1 + lab->queue_bdp);
    return 3.0 / 8 * limit * limit;
}

/* Cardwell, Savage, Anderson 2000: doubling, whole rounds. */
static double slow_start_rounds(const struct law_lab *lab)
{
    return ceil(log2((double) lab->segments / lab->initcwnd + 1));
}

static double two_bdp(const struct law_lab *lab)
{
    return 2 * bdp_segments(lab);
}

static double one(const struct law_lab *lab)
{
    (void) lab;
    return 1;
}

/* One BDP, and what a flow may have beyond its two: three super-packets of two segments, two more in the probing phase
 * (bbr_quantization_budget()). */
static double bbr_queue(const struct law_lab *lab)
{
    return 1 + lab->n_flows * (3 * 2 + 2) / bdp_segments(lab);
}

static double nine_tenths(const struct law_lab *lab)
{
    (void) lab;
    return 0.9;
}

static double window(const struct law_sample *s) { return s->window; }
static double goodput(const struct law_sample *s) { return s->goodput_bps / 1e6; }
static double cwnd(const struct law_sample *s) { return s->cwnd; }
static double queued(const struct law_sample *s) { return s->queued; }
static double jain(const struct law_sample *s) { return s->jain; }
static double of_window(const struct law_sample *s) { return s->of_window; }
static double segments_a_loss(const struct law_sample *s) { return s->segments_a_loss; }
/* connect() takes a round trip, and the last round half of one. */
static double rounds(const struct law_sample *s) { return s->transfer_rtts - 0.5; }

#define CHANCE(cc, p, rtt, seconds) .lab = { .algorithm = cc, .rate_bps = 1e9, .rtt_s = rtt, .loss = p, .n_flows = 1, .warm_s = 30, .run_s = seconds }
#define LINE(cc, queue, n, p) FASTER_LINE(cc, 20e6, queue, n, p)
#define FASTER_LINE(cc, rate, queue, n, p) \
    .lab = { .algorithm = cc, .rate_bps = rate, .rtt_s = 0.05, .queue_bdp = queue, .n_flows = n, .loss = p, .warm_s = 20, .run_s = 100 }
#define TRANSFER(cc, iw) \
    .lab = { .algorithm = cc, .rate_bps = 1e10, .rtt_s = 0.1, .n_flows = 1, .initcwnd = iw, .segments = 1000, .run_s = 100 }
#define SEGMENTS "segments a round trip"

const struct law laws[] = {
    { "Mathis, periodic 1e-4", "W = sqrt(3 / (2 b p)), b = 1",
      .lab = { .algorithm = "reno", .rate_bps = 1e8, .rtt_s = 0.1, .loss = 1e-4, .is_periodic = true, .n_flows = 1, .warm_s = 60, .run_s = 200 },
      .predicted = mathis, .measured = window, .tolerance = 0.05, .unit = SEGMENTS },
    { "Mathis, chance 1e-3", "W = sqrt(3 / (2 b p)), b = 1", CHANCE("reno", 1e-3, 0.1, 600),
      .predicted = mathis, .measured = window, .tolerance = 0.1, .unit = SEGMENTS,
      .note = "the formula spaces losses evenly: by chance the ideal algorithm has 1.31 instead of 1.22 / sqrt(p)" },
    { "Mathis, chance 1e-4", "W = sqrt(3 / (2 b p)), b = 1", CHANCE("reno", 1e-4, 0.1, 1800),
      .predicted = mathis, .measured = window, .tolerance = 0.1, .unit = SEGMENTS, .note = "as before" },
    { "Padhye, chance 1e-2", "W = RTT / (RTT sqrt(2bp/3) + T0 min(1, 3 sqrt(3bp/8)) p (1 + 32 p^2)), b = 1", CHANCE("reno", 1e-2, 0.1, 300),
      .predicted = padhye, .measured = window, .tolerance = 0.1, .unit = SEGMENTS,
      .note = "RACK, TLP and PRR avoid time-outs that the formula has" },
    { "sawtooth", "3/8 Wmax^2 segments from loss to loss, Wmax = BDP + queue", LINE("reno", 1, 1, 0),
      .predicted = sawtooth, .measured = segments_a_loss, .tolerance = 0.1, .unit = "segments",
      .note = "the limit is passed by a segment a round trip for the round trip in which the loss is not yet known" },
    { "window limit", "goodput = W / RTT", .lab = { .algorithm = "reno", .rate_bps = 1e9, .rtt_s = 0.1, .n_flows = 1, .window_bytes = 100e3,
      .warm_s = 20, .run_s = 60 }, .predicted = one, .measured = of_window, .tolerance = 0.05, .unit = "receive windows a round trip" },
    { "line, queue of 1 BDP", "goodput = C 1448/1538", LINE("reno", 1, 1, 0), .predicted = whole_line, .measured = goodput, .tolerance = 0.02,
      .unit = "Mbit/s" },
    { "four flows' sum", "goodput = C 1448/1538", LINE("reno", 1, 4, 0), .predicted = whole_line, .measured = goodput, .tolerance = 0.02,
      .unit = "Mbit/s" },
    { "slow start, IW 10", "n = log2(d / W1 + 1), d = 1000 segments", TRANSFER("reno", 10), .predicted = slow_start_rounds, .measured = rounds,
      .tolerance = 0.05, .unit = "round trips" },
    { "slow start, IW 3", "n = log2(d / W1 + 1), d = 1000 segments", TRANSFER("reno", 3), .predicted = slow_start_rounds, .measured = rounds,
      .tolerance = 0.05, .unit = "round trips" },

    { "response, chance 1e-4", "W = (C (3+beta) / (4 (1-beta)))^(1/4) (RTT/p)^(3/4)", CHANCE("cubic", 1e-4, 0.1, 500),
      .predicted = cubic_response, .measured = window, .tolerance = 0.2, .unit = SEGMENTS,
      .note = "the formula spaces losses evenly: RFC 9438's own equations have 15 % more when losses come by chance (next row)" },
    { "equations, chance 1e-4", "RFC 9438 s4.2 to s4.7 in real numbers, with losses by chance", CHANCE("cubic", 1e-4, 0.1, 1600),
      .predicted = cubic_by_chance, .measured = window, .tolerance = 0.1, .unit = SEGMENTS },
    { "Reno-friendly, chance 1e-3", "W = 1.22 / sqrt(p), far below the crossover of 10 ms", CHANCE("cubic", 1e-3, 0.01, 100),
      .predicted = mathis, .measured = window, .tolerance = 0.1, .unit = SEGMENTS,
      .note = "the formula spaces losses evenly; a recovery takes a round trip in which the window does not grow" },
    { "line, queue of 0.43 BDP", "goodput = C 1448/1538 from a queue of C RTT (1-beta)/beta on", LINE("cubic", 0.43, 1, 0),
      .predicted = whole_line, .measured = goodput, .tolerance = 0.02, .unit = "Mbit/s" },
    { "four flows' sum", "goodput = C 1448/1538", LINE("cubic", 1, 4, 0), .predicted = whole_line, .measured = goodput, .tolerance = 0.02,
      .unit = "Mbit/s" },
    { "four flows' fairness", "Jain's index > 0.9 for T >> epoch", LINE("cubic", 1, 4, 0), .predicted = nine_tenths, .measured = jain,
      .tolerance = 0.1, .unit = "", .kind = LAW_AT_LEAST },
    { "slow start, IW 10", "n = log2(d / W1 + 1), d = 1000 segments", TRANSFER("cubic", 10), .predicted = slow_start_rounds, .measured = rounds,
      .tolerance = 0.05, .unit = "round trips" },

    { "line, no loss", "goodput = C 1448/1538", LINE("bbr", 2, 1, 0), .predicted = whole_line, .measured = goodput, .tolerance = 0.05,
      .unit = "Mbit/s", .note = "every 10 s it asks for the shortest round trip with 4 segments in flight, for 200 ms: 2 %" },
    { "line, chance 0.01", "goodput = C 1448/1538 (1 - p)", LINE("bbr", 2, 1, 0.01), .predicted = whole_line, .measured = goodput,
      .tolerance = 0.05, .unit = "Mbit/s", .note = "as before" },
    { "line, chance 0.05", "goodput = C 1448/1538 (1 - p)", LINE("bbr", 2, 1, 0.05), .predicted = whole_line, .measured = goodput,
      .tolerance = 0.1, .unit = "Mbit/s", .note = "as before, and repeats that arrive twice" },
    { "line, chance 0.1", "goodput = C 1448/1538 (1 - p)", LINE("bbr", 2, 1, 0.1), .predicted = whole_line, .measured = goodput,
      .tolerance = 0.1, .unit = "Mbit/s", .note = "as before" },
    { "window", "cwnd = 2 BDP", LINE("bbr", 2, 1, 0), .predicted = two_bdp, .measured = cwnd, .tolerance = 0.1, .unit = "segments",
      .note = "Linux adds the segments of three super-packets for delayed ACKs" },
    { "four flows' queue", "standing queue up to 1 BDP", FASTER_LINE("bbr", 1e8, 4, 4, 0), .predicted = bbr_queue,
      .measured = queued, .tolerance = 0.1, .unit = "BDP", .kind = LAW_AT_MOST, 
      .note = "the formula takes each flow's bandwidth as it is; Linux keeps the best of ten round trips, and adds what ACKs bring at once" },
    { "four flows' sum", "goodput = C 1448/1538", LINE("bbr", 4, 4, 0), .predicted = whole_line, .measured = goodput, .tolerance = 0.05,
      .unit = "Mbit/s" },
};
const unsigned n_laws = G_N_ELEMENTS(laws);
