/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packetdrill.h - netsim packetdrill: scripts in packetdrill's language against a simulated host. */
#pragma once

/**
 * netsim packetdrill [OPTION...] FILE.pkt...
 * @argv  argv[0] is the name of the command
 * @return  0 all held; 1 a check failed; 2 usage; 3 a script is wrong; 4 a script cannot be read; 77 a script needs what
 *          netsim does not have.  Of several scripts the worst: 3, 4, 1, 77, 0.
 */
int packetdrill_main(int argc, char **argv);
