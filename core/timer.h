/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timer.h - jiffy timers, on the kernel's timer wheel (kernel/time/timer.c).
 *
 * A timer fires on a tick, always late, never early: with d = expires - now in jiffies, level L = smallest with
 * d < 63 * 8^L, it fires at ((expires >> 3L) + 1) << 3L.  Re-arming computes level and bucket anew.
 *
 *   HZ 250: granules 4 ms (to 252 ms), 32 ms (to 2 s), 256 ms (to 16 s), 2 s (to 129 s) ...
 *
 * A timer that is moved on every ACK stays where it is queued; only its tick is stored.  If the queued entry comes
 * up early it is queued again for exactly that tick.  So moving later is one store.  Timers due at one tick run in
 * the order of their ids.
 */
#pragma once
#include "core/sim.h"

enum { WHEEL_LEVELS = 9, WHEEL_BUCKETS = 64 };

struct timer {
    struct timer *next, **pprev; /* in a bucket; pprev NULL: not queued */
    void (*fn)(struct timer *timer);
    uint32_t queued;  /* tick of the bucket it is in */
    uint32_t fires;   /* tick at which it shall run, if it is armed */
    uint32_t expires; /* jiffy that was asked for */
    uint32_t id;      /* order among equals: the owner's serial number */
    uint8_t place;    /* then: the timer's place in its owner */
    bool is_armed, is_background;
};

struct timer_wheel {
    struct sim *sim;
    netsim_time tick;      /* ps a jiffy */
    netsim_time origin;    /* time of tick 0: the host was booted that long before the run */
    netsim_time tick_start; /* of the jiffy cached below */
    uint32_t jiffies;      /* as of tick_start */
    uint16_t hz;
    uint32_t event;        /* in the main queue: the next occupied bucket */
    uint32_t event_tick;   /* the tick it is armed for */
    uint32_t clk;          /* ticks before this one have run */
    uint32_t running;      /* nesting guard: a timer handler is running */
    uint32_t n_queued;
    struct wheel_buckets *buckets; /* made at the first timer */
};

/** @uptime  >= 0, under 2^31 ticks: how long the host has been up at time 0; gives the phase of ticks and granules */
void timer_wheel_init(struct timer_wheel *w, struct node *node, unsigned hz, netsim_time uptime);
void timer_wheel_free(struct timer_wheel *w);

static inline void timer_init(struct timer *t, void (*fn)(struct timer *), uint32_t id, unsigned place, bool is_background)
{
    *t = (struct timer){ .fn = fn, .id = id, .place = (uint8_t) place, .is_background = is_background };
}

uint32_t timer_wheel_refresh(struct timer_wheel *w);

/** The kernel's jiffies of this host, now. */
static inline uint32_t timer_jiffies(struct timer_wheel *w)
{
    if (__builtin_expect((uint64_t) (w->sim->now - w->tick_start) < (uint64_t) w->tick, 1)) return w->jiffies;
    return timer_wheel_refresh(w);
}

/** mod_timer(): run at jiffy @expires or, as the wheel rounds, somewhat later. */
void timer_mod(struct timer_wheel *w, struct timer *t, uint32_t expires);
/** Disarm; the entry may stay queued and come up for nothing. */
void timer_del(struct timer_wheel *w, struct timer *t);
/** Disarm and take it out, before its owner is freed. */
void timer_kill(struct timer_wheel *w, struct timer *t);

static inline bool timer_is_armed(const struct timer *t)
{
    return t->is_armed;
}

/** The moment at which an armed timer will run. */
static inline netsim_time timer_when(const struct timer_wheel *w, const struct timer *t)
{
    return w->tick_start + (netsim_time) (int32_t) (t->fires - w->jiffies) * w->tick;
}

/** The tick at which the kernel's wheel runs a timer set now (@now jiffies) for @expires; exposed for tests. */
uint32_t timer_wheel_fire_tick(uint32_t now, uint32_t expires);

/** usecs_to_jiffies(), msecs_to_jiffies(): rounded up. */
static inline uint32_t timer_usecs_to_jiffies(const struct timer_wheel *w, uint64_t us)
{
    return (uint32_t) ((us * w->hz + 999999) / 1000000);
}
static inline uint32_t timer_msecs_to_jiffies(const struct timer_wheel *w, uint64_t ms)
{
    return (uint32_t) ((ms * w->hz + 999) / 1000);
}
static inline uint64_t timer_jiffies_to_usecs(const struct timer_wheel *w, uint32_t j)
{
    return (uint64_t) j * 1000000 / w->hz;
}
