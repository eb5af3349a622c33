/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faces.c - the rows of all rooms: commands, files, settings. */
#include "models/host/host.h"

#include "models/netdev/face.h"
#include "models/nf/nf.h"
#include "models/tcp/tcp.h"
#include "models/udp/udp.h"

/* In the order of rooms. */
static const struct face *const faces[] = { &netdev_face, &nf_face,  &ip_face, &ip_proc_face, &sock_face, &udp_face,
                                            &tcp_face,    &tcp_cubic_face, &tcp_dctcp_face, &tcp_proc_face, &proc_face, &cpu_face, &host_face };

const struct command *face_nth_command(unsigned i)
{
    for (size_t f = 0; f < G_N_ELEMENTS(faces); f++) {
        if (i < faces[f]->n_commands) return &faces[f]->commands[i];
        i -= faces[f]->n_commands;
    }
    return NULL;
}

const struct command *face_command(const char *name)
{
    const struct command *c;
    for (unsigned i = 0; (c = face_nth_command(i)); i++)
        if (!strcmp(c->name, name)) return c;
    return NULL;
}

const struct face_file *face_nth_file(unsigned i)
{
    for (size_t f = 0; f < G_N_ELEMENTS(faces); f++) {
        if (i < faces[f]->n_files) return &faces[f]->files[i];
        i -= faces[f]->n_files;
    }
    return NULL;
}

unsigned face_n_files(void)
{
    unsigned n = 0;
    for (size_t f = 0; f < G_N_ELEMENTS(faces); f++) n += faces[f]->n_files;
    return n;
}

const struct knob *face_nth_knobs(unsigned i)
{
    for (size_t f = 0; f < G_N_ELEMENTS(faces); f++)
        if (faces[f]->knobs && i-- == 0) return faces[f]->knobs;
    return NULL;
}
