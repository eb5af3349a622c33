/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/snmp.h"

const char *snmp_name(unsigned i)
{
    static const char *const names[] = {
#define X(id, name, text) name,
        SNMP_COUNTERS(X)
#undef X
    };
    return names[i];
}

const char *snmp_text(unsigned i)
{
    static const char *const texts[] = {
#define X(id, name, text) text,
        SNMP_COUNTERS(X)
#undef X
    };
    return texts[i];
}
