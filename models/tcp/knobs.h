/* SPDX-License-Identifier: GPL-3.0-or-later */
/* knobs.h - the values of net.ipv4.tcp_* of one host; rows with names, ranges and defaults are in sysctl.c, cc/cubic.c. */
#pragma once
#include <stdint.h>

struct tcp_knobs {
    int abort_on_overflow, adv_win_scale, app_win;
    int backlog_ack_defer, comp_sack_delay_ns, comp_sack_nr, comp_sack_slack_ns;
    int dsack, early_retrans, fack, thin_dupack, ecn, ecn_fallback, fin_timeout_s, frto, invalid_ratelimit_ms;
    int keepalive_intvl_s, keepalive_probes, keepalive_time_s;
    int max_orphans, max_reordering, max_syn_backlog, max_tw_buckets, migrate_req;
    int min_rtt_wlen_s, min_snd_mss, min_tso_segs, moderate_rcvbuf;
    uint32_t notsent_lowat;
    int orphan_retries, pacing_ca_ratio, pacing_ss_ratio, pingpong_thresh, recovery, reordering, retrans_collapse;
    int retries2, rfc1337, rto_max_ms, rto_min_us, sack, shrink_window, slow_start_after_idle;
    int syn_linear_timeouts, syn_retries, synack_retries, syncookies, thin_linear_timeouts, timestamps;
    int tso_rtt_log, tso_win_divisor, tw_reuse, tw_reuse_delay_ms, window_scaling;
    int rmem[3], wmem[3];      /* bytes: min, default, max */
    int base_mss, no_metrics_save, no_ssthresh_metrics_save, tw_recycle, mtu_probe_floor, mtu_probing, probe_threshold, retries1;
    uint32_t probe_interval_s;
    char congestion_control[16], available_congestion_control[128];
};

/* /sys/module/tcp_cubic/parameters; a host has its own, as its kernel has. */
struct cubic_params {
    int beta, bic_scale, fast_convergence, hystart, hystart_ack_delta_us, hystart_detect, hystart_low_window;
    int initial_ssthresh, tcp_friendliness;
};

/* /sys/module/tcp_dctcp/parameters */
struct dctcp_params {
    int dctcp_shift_g;
    uint32_t dctcp_alpha_on_init;
};
