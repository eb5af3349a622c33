/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_recovery.c - losses: SACK, RACK, PRR, NewReno, time-outs, and what is taken back when they were none. */
#include "tests/support/peer_test.h"

enum { MSS = 1000, RTT_MS = 50 };

static void ack(unsigned segments, const char *sack)
{
    g_autofree char *text = g_strdup_printf(". 1:1(0) ack %u win 1000%s%s%s", 1 + segments * MSS, sack ? " <sack " : "", sack ? sack : "",
                                            sack ? ">" : "");
    peer_send(&t, text);
}

/* Ten segments are out; an RTT has passed. */
static NetsimSocket *ten_out(const char *options, const char *algorithm)
{
    NetsimSocket *s = peer_connect(&t, options, RTT_MS);
    assert_int_equal(netsim_set_congestion_control(s, algorithm), 0);
    ack(0, NULL); /* the window of the SYN was not scaled: an ACK that changes it is no duplicate */
    assert_int_equal(netsim_send(s, NULL, 10 * MSS, 0), 10 * MSS);
    assert_int_equal(peer_skip(&t), 10);
    peer_wait(&t, RTT_MS);
    return s;
}

static void expect_segment(unsigned n)
{
    peer_wait(&t, 0);
    assert_true(t.next < t.sent->len);
    const struct pkt *p = &g_array_index(t.sent, struct peer_sent, t.next++).p;
    assert_int_equal(p->seq - t.host_isn, 1 + n * MSS);
    assert_int_equal(p->len - p->hdr_len, MSS);
}

/* RFC 6675 s3 with RACK (RFC 8985 s6.2): three SACKed above, the first one is lost. */
static void three_sacked_segments_repeat_the_hole(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    ack(0, "1001:2001");
    ack(0, "1001:3001");
    assert_int_equal(peer_skip(&t), 0);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Disorder);
    ack(0, "1001:4001");
    expect_segment(0);
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.ca_state, TCP_CA_Recovery);
    assert_int_equal(info.snd_ssthresh, 5); /* RFC 5681 s3.1 (4): half */
    assert_int_equal(info.lost, 1);
    assert_int_equal(info.sacked, 3);
    assert_int_equal(info.retrans, 1);
    assert_int_equal(peer_counter(&t, "TcpExtTCPSackRecovery"), 1);
    assert_int_equal(peer_counter(&t, "TcpExtTCPFastRetrans"), 1);
}

static void the_window_is_halved_once_for_all_losses_of_a_flight(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    ack(0, "1001:2001");
    ack(0, "3001:4001 1001:2001");
    ack(0, "5001:6001 3001:4001 1001:2001");
    ack(0, "7001:8001 5001:6001 3001:4001 1001:2001");
    ack(0, "7001:10001 5001:6001 3001:4001 1001:2001");
    peer_wait(&t, RTT_MS);
    peer_skip(&t);
    ack(10, NULL);
    assert_int_equal(info_of(s).snd_cwnd, 5);
    assert_int_equal(info_of(s).snd_ssthresh, 5);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Open);
    assert_int_equal(info_of(s).total_retrans, 4);
}

/* RFC 6937 s3, computed here from the ACKs that are sent: pipe above ssthresh: CEIL(prr_delivered * ssthresh / RecoverFS). */
static void prr_lets_out_half_as_much_as_arrives(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", RTT_MS);
    netsim_set_congestion_control(s, "reno");
    netsim_send(s, NULL, 60 * MSS, 0);
    peer_wait(&t, RTT_MS);
    assert_int_equal(peer_skip(&t), 10);
    for (unsigned n = 1; n <= 10; n++) ack(n, NULL); /* slow start: cwnd 20, 11 to 30 are out */
    assert_int_equal(peer_skip(&t), 20);
    peer_wait(&t, RTT_MS);
    unsigned packets = 20, retrans = 0, delivered = 0, out = 0, prior_cwnd = 20, ssthresh = 10;
    for (unsigned sacked = 1; sacked <= 15; sacked++) { /* segment 11 was lost */
        g_autofree char *block = g_strdup_printf("11001:%u", 11001 + sacked * MSS);
        peer_wait(&t, 2); /* within a millisecond of a send a single segment may be deferred */
        ack(10, block);
        unsigned sent = peer_skip(&t);
        if (sacked < 3) { /* RFC 3042: limited transmit */
            assert_int_equal(sent, 1);
            packets++;
            continue;
        }
        int pipe = (int) (packets - sacked - 1 + retrans), sndcnt;
        delivered++;
        if (pipe > (int) ssthresh) {
            sndcnt = (int) ((delivered * ssthresh + prior_cwnd - 1) / prior_cwnd) - (int) out;
        } else {
            sndcnt = ns_max((int) delivered - (int) out, 1);
            sndcnt = ns_min(sndcnt, (int) ssthresh - pipe);
        }
        sndcnt = ns_max(sndcnt, out ? 0 : 1);
        assert_int_equal(info_of(s).snd_cwnd, pipe + sndcnt);
        assert_int_equal(sent, sndcnt);
        out += sent;
        packets += sent - !retrans; /* the first is the repeat */
        retrans = 1;
    }
    assert_in_range(out, 6, 8); /* half of 13 */
}

/* RFC 6582 s3.2: without SACK a partial ACK shows the next hole. */
static void newreno_repeats_one_hole_an_rtt(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,wscale 7", "reno");
    ack(0, NULL);
    ack(0, NULL);
    assert_int_equal(peer_skip(&t), 0);
    ack(0, NULL);
    expect_segment(0);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Recovery);
    assert_int_equal(peer_counter(&t, "TcpExtTCPRenoRecovery"), 1);
    for (unsigned i = 0; i < 5; i++) ack(0, NULL); /* eight of ten arrived */
    assert_int_equal(peer_skip(&t), 0);
    peer_wait(&t, RTT_MS);
    ack(4, NULL); /* partial: the fifth was lost, too */
    expect_segment(4);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Recovery);
    peer_wait(&t, RTT_MS);
    peer_skip(&t);
    ack(10, NULL);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Recovery); /* s4.1: until something above is acknowledged */
    netsim_send(s, NULL, MSS, 0);
    peer_skip(&t);
    ack(11, NULL);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Open);
    assert_int_equal(info_of(s).snd_cwnd, 5);
}

/* RFC 8985 s6.2: after the first reordering was seen, a quarter of the least RTT is waited. */
static void reordering_makes_rack_patient(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    ack(0, "1001:2001");
    ack(2, NULL); /* it was only late */
    assert_int_equal(info_of(s).reord_seen, 1);
    peer_skip(&t);
    ack(2, "3001:4001");
    ack(2, "3001:5001");
    ack(2, "3001:6001");
    ack(2, "3001:10001");
    assert_int_equal(peer_skip(&t), 0); /* not at once */
    double at = peer_expect_between(&t, 0, 30, ". 2001:3001(1000) ack 1");
    assert_in_range((unsigned) at, 12, 24); /* 12.5 ms, TIMEOUT_MIN of 2 ms, in ticks */
}

/* RFC 6298 s5, RFC 5681 s3.1: window 1, ssthresh half of what was out; then slow start through the losses. */
static void a_time_out_begins_again_with_one_segment(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_early_retrans", "0", NULL);
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    peer_expect_between(&t, 150, 260, ". 1:1001(1000) ack 1");
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.ca_state, TCP_CA_Loss);
    assert_int_equal(info.snd_cwnd, 1);
    assert_int_equal(info.snd_ssthresh, 5);
    assert_int_equal(info.lost, 10);
    peer_wait(&t, RTT_MS);
    ack(1, NULL);
    expect_segment(1);
    expect_segment(2);
    assert_int_equal(peer_skip(&t), 0);
    assert_int_equal(peer_counter(&t, "TcpExtTCPTimeouts"), 1);
}

/* RFC 3522 (Eifel): the echoed time stamp is older than the repeat: the original arrived, nothing was lost. */
static void a_time_stamp_undoes_a_needless_time_out(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_early_retrans", "0", NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1012,sackOK,TS val 1 ecr last,wscale 7", RTT_MS);
    netsim_set_congestion_control(s, "reno");
    netsim_send(s, NULL, 10 * MSS, 0);
    peer_skip(&t);
    uint32_t stamp = t.last_tsval;
    peer_expect_between(&t, 200, 320, ". 1:1001(1000) ack 1");
    assert_int_equal(info_of(s).snd_cwnd, 1);
    g_autofree char *late = g_strdup_printf(". 1:1(0) ack 1001 win 1000 <TS val 2 ecr %u>", stamp);
    peer_send(&t, late);
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.ca_state, TCP_CA_Open);
    assert_true(info.snd_cwnd >= 10);
    assert_int_equal(info.snd_ssthresh, 0x7fffffff);
    assert_int_equal(peer_counter(&t, "TcpExtTCPLossUndo"), 1);
}

/* RFC 5682 s3.1 (F-RTO): no time stamps; the ACK of data that was never repeated tells the same. */
static void f_rto_undoes_a_needless_time_out(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_early_retrans", "0", NULL);
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    netsim_send(s, NULL, 10 * MSS, 0);
    peer_expect_between(&t, 150, 260, ". 1:1001(1000) ack 1");
    ack(1, NULL); /* could be either */
    assert_int_equal(info_of(s).ca_state, TCP_CA_Loss);
    peer_wait(&t, 0);
    assert_true(t.next < t.sent->len);
    assert_int_equal(g_array_index(t.sent, struct peer_sent, t.next).p.seq - t.host_isn, 10001); /* step 2.b: new data */
    peer_skip(&t);
    ack(2, NULL); /* never repeated: spurious */
    assert_int_equal(info_of(s).ca_state, TCP_CA_Open);
    assert_true(info_of(s).snd_cwnd >= 10);
    assert_int_equal(peer_counter(&t, "TcpExtTCPSpuriousRTOs"), 1);
}

/* RFC 3708: every repeat was reported as needless. */
static void d_sack_undoes_a_needless_recovery(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    ack(0, "1001:4001");
    expect_segment(0);
    assert_int_equal(info_of(s).snd_ssthresh, 5);
    ack(4, NULL); /* the original, late */
    ack(4, "1:1001"); /* and the repeat */
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.ca_state, TCP_CA_Open);
    assert_true(info.snd_cwnd >= 10);
    assert_true(info.snd_ssthresh > 5);
    assert_int_equal(peer_counter(&t, "TcpExtTCPDSACKUndo"), 1);
}

/* RFC 8985: a lost repeat is found when something that was sent later is delivered. */
static void a_lost_repeat_is_repeated_without_a_time_out(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    netsim_send(s, NULL, 20 * MSS, 0);
    ack(0, "1001:10001");
    expect_segment(0);
    unsigned n = peer_skip(&t);
    assert_true(n >= 1); /* new data behind the repeat */
    peer_wait(&t, RTT_MS);
    g_autofree char *blocks = g_strdup_printf("1001:%u", 10001 + n * MSS);
    ack(0, blocks);
    expect_segment(0);
    assert_int_equal(peer_counter(&t, "TcpExtTCPLostRetransmit"), 1);
    assert_int_equal(peer_counter(&t, "TcpExtTCPTimeouts"), 0);
}

/* RFC 2018 s8: what was SACKed may be dropped by the receiver; it is kept until it is acknowledged. */
static void a_receiver_may_renege(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    ack(0, "1001:10001");
    expect_segment(0);
    peer_wait(&t, RTT_MS);
    peer_skip(&t);
    ack(1, NULL); /* up to the SACKed ones, and no block any more */
    peer_expect_between(&t, 20, 40, ". 1001:2001(1000) ack 1"); /* half an RTT of grace */
    assert_int_equal(peer_counter(&t, "TcpExtTCPSACKReneging"), 1);
    assert_int_equal(info_of(s).ca_state, TCP_CA_Loss);
}

/* RFC 3168 s6.1.2: once a window. */
static void an_ecn_echo_reduces_the_window_once(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_ecn", "1", NULL);
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "SEW 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    peer_wait(&t, RTT_MS);
    peer_send(&t, "S.E 0:0(0) ack 1 win 65535 <mss 1000,sackOK,wscale 7>");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    netsim_set_congestion_control(s, "reno");
    netsim_send(s, NULL, 40 * MSS, 0);
    peer_wait(&t, 0);
    assert_int_equal(peer_last(&t)->p.tos, INET_ECN_ECT_0);
    peer_skip(&t);
    peer_wait(&t, RTT_MS);
    for (unsigned n = 1; n <= 10; n++) {
        g_autofree char *text = g_strdup_printf(".E 1:1(0) ack %u win 1000", 1 + n * MSS);
        peer_send(&t, text);
    }
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.ca_state, TCP_CA_CWR);
    assert_int_equal(info.snd_ssthresh, 5);
    assert_int_equal(info.snd_cwnd, 5);
    bool has_cwr = false;
    for (unsigned i = 0; i < t.sent->len; i++) has_cwr |= !!(g_array_index(t.sent, struct peer_sent, i).p.tcp_flags & TCPHDR_CWR) && i > 1;
    assert_true(has_cwr);
}

/* RFC 1191 s6.5: not congestion. */
static void a_narrower_path_cuts_segments_again(void **state)
{
    (void) state;
    NetsimSocket *s = ten_out("mss 1000,sackOK,wscale 7", "reno");
    struct tcp_sock *tp = peer_tcp(s);
    ip_update_pmtu(t.net, t.peer_addr, 640);
    struct pkt *quoted = pkt_new(t.sim), *p = pkt_new(t.sim);
    *quoted = (struct pkt){ .kind = PKT_IP4, .proto = PROTO_TCP, .saddr = t.host_addr, .daddr = t.peer_addr, .sport = t.host_port,
                            .dport = t.peer_port, .gso_segs = 1, .len = 1040, .hdr_len = 40, .seq = tp->snd_una };
    p->kind = PKT_IP4;
    p->proto = PROTO_ICMP;
    p->ttl = 64;
    p->saddr = t.peer_addr;
    p->daddr = t.host_addr;
    p->icmp_type = 3;
    p->icmp_code = 4;
    p->icmp_mtu = 640;
    p->hdr_len = 28;
    p->len = 56;
    pkt_ext(p)->quoted = pkt_quote(quoted);
    pkt_consume(t.sim, quoted);
    netdev_receive(t.dev, p, NULL);
    peer_wait(&t, 0);
    assert_int_equal(info_of(s).snd_mss, 600);
    assert_int_equal(info_of(s).pmtu, 640);
    assert_int_equal(info_of(s).snd_cwnd, 10);
    peer_expect(&t, 0, ". 1:601(600) ack 1");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(three_sacked_segments_repeat_the_hole),
        T(the_window_is_halved_once_for_all_losses_of_a_flight),
        T(prr_lets_out_half_as_much_as_arrives),
        T(newreno_repeats_one_hole_an_rtt),
        T(reordering_makes_rack_patient),
        T(a_time_out_begins_again_with_one_segment),
        T(a_time_stamp_undoes_a_needless_time_out),
        T(f_rto_undoes_a_needless_time_out),
        T(d_sack_undoes_a_needless_recovery),
        T(a_lost_repeat_is_repeated_without_a_time_out),
        T(a_receiver_may_renege),
        T(an_ecn_echo_reduces_the_window_once),
        T(a_narrower_path_cuts_segments_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
