/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/snmp.h"

const char *snmp_name(unsigned i)
{
    static const char *const names[] = {
#define X(id, name, text) [SNMP_##id] = name,
        SNMP_COUNTERS(X)
#undef X
    };
    return names[i];
}

const char *snmp_text(unsigned i)
{
    static const char *const texts[] = {
#define X(id, name, text) [SNMP_##id] = text,
        SNMP_COUNTERS(X)
#undef X
    };
    return texts[i];
}

enum snmp_counter snmp_nth(unsigned i)
{
    static const uint8_t order[] = {
#define X(id, name, text) SNMP_##id,
        SNMP_COUNTERS(X)
#undef X
    };
    return order[i];
}
_Static_assert(N_SNMP_COUNTERS <= UINT8_MAX + 1, "the order fits into bytes");
