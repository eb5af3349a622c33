/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.c - how a command fails. */
#include "models/netdev/face.h"

static bool fail(struct command_run *run, int status, const char *format, va_list args)
{
    run->status = status;
    g_string_append_vprintf(run->err, format, args);
    return false;
}

bool command_fail(struct command_run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(run, 1, format, args);
    va_end(args);
    return false;
}

bool command_fail_status(struct command_run *run, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(run, status, format, args);
    va_end(args);
    return false;
}

bool command_unsupported(struct command_run *run, const char *format, ...)
{
    run->is_unsupported = true;
    va_list args;
    va_start(args, format);
    fail(run, 1, format, args);
    va_end(args);
    return false;
}

bool command_may_be_endless(struct command_run *run, const char *mend)
{
    return !run->must_end || command_unsupported(run, "%s: this would never end; bound it: %s, or the run: --until TIME", run->argv[0], mend);
}

bool command_fail_error(struct command_run *run, GError *message)
{
    run->status = 2; /* RTNETLINK answers: ... */
    g_string_append(run->err, message->message);
    g_error_free(message);
    return false;
}
