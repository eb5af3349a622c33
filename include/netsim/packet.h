/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packet.h - real bytes at a device: inject a frame as if it came from the wire, observe what is sent. */
#pragma once
#include <netsim/host.h>

G_BEGIN_DECLS

/**
 * Receive a frame on @device now.
 * @bytes  an Ethernet frame without FCS (or an IP packet on a raw-IP device), @length <= 65,575 bytes; copied
 * What cannot be parsed is counted and dropped as the kernel would; that is not an error.
 * @error  NETSIM_ERROR_RANGE: @length is 0 or more than that
 */
NETSIM_API bool netsim_device_inject(NetsimDevice *device, const void *bytes, size_t length, GError **error);

/**
 * The same for a super-packet, as virtio hands them over: a TCP segment with more payload than @gso_size bytes counts as that
 * many segments of this size.
 * @gso_size  0: an ordinary frame
 * @error     as netsim_device_inject()
 */
NETSIM_API bool netsim_device_inject_gso(NetsimDevice *device, const void *bytes, size_t length, unsigned gso_size, GError **error);

/**
 * Called for every packet that @device hands to the wire (@sent) or receives, with its bytes and right checksums.
 * @bytes    a frame as netsim_device_inject() takes it; valid during the call
 * @comment  why the wire dropped it, or NULL; static
 */
typedef void (*NetsimTapFunc)(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length,
                              const char *comment, void *data);
/**
 * Have @func called from now on; what it injects is received when the present event has been handled.  One tap a device:
 * another one takes its place.
 * @func  NULL removes it
 * @data  passed to @func; not owned
 */
NETSIM_API void netsim_device_tap(NetsimDevice *device, NetsimTapFunc func, void *data);

G_END_DECLS
