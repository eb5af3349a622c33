/* SPDX-License-Identifier: GPL-3.0-or-later */
/* validate.h - netsim validate: is the simulator what real kernels are? */
#pragma once

/**
 * netsim validate [PATH...] [--keep DIR] [--json] [-v]
 * @argv  argv[0] is the name of the command
 * @return  0 all held; 1 a case missed; 2 usage; 3 a file of a case is wrong; 4 input or output failed; 5 an internal
 *          invariant broke
 */
int validate_main(int argc, char **argv);

/**
 * A folder that comes with the program: beside the sources of a build, or in the installed share.
 * @return  its path, free with g_free(); NULL if it is not there
 */
char *find_beside_program(const char *in_sources, const char *installed);
