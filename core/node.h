/* SPDX-License-Identifier: GPL-3.0-or-later */
/* node.h - things with an identity in the simulation: hosts, switches. */
#pragma once
#include <stdint.h>

struct sim;

struct node {
    struct sim *sim;
    uint32_t id;     /* 24 bits; 0 is the simulation itself */
    uint32_t serial; /* of the next object made on this node */
    char *name;      /* unique; owned */
};

/** Register a node: gives it its id. @name is copied. */
void node_init(struct node *n, struct sim *sim, const char *name);
void node_clear(struct node *n);

/** The id of an object's event: the object's serial number (node_serial()) and the event's place in it. */
static inline uint64_t node_event_id(const struct node *n, uint32_t serial, unsigned place)
{
    return (uint64_t) n->id << 40 | (uint64_t) serial << 8 | place;
}

/** The id of the node that such an id belongs to. */
static inline uint32_t node_of_event(uint64_t event_id)
{
    return (uint32_t) (event_id >> 40);
}

static inline uint32_t node_serial(struct node *n)
{
    return n->serial++;
}
