/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shell's language, its text commands, and scripts that wait. */
#include "models/host/shell.h"

#include "tests/support/host_test.h"

static int setup(void **state)
{
    setup_host(state);
    NetsimHost *peer = join_peer("linux6.18", (NetsimLinkConfig){ .delay = 5 * NETSIM_MS });
    assert_true(netsim_host_sh(host, "ip addr add 10.0.0.1/24 dev eth0", NULL, NULL));
    assert_true(netsim_host_sh(peer, "ip addr add 10.0.0.2/24 dev eth0", NULL, NULL));
    return 0;
}

struct pair {
    const char *script, *text;
};

static void assert_prints(const struct pair *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        if (!netsim_host_sh(host, p[i].script, out, &error)) fail_msg("%s: %s", p[i].script, error->message);
        if (strcmp(out->str, p[i].text)) fail_msg("%s: prints \"%s\", not \"%s\"", p[i].script, out->str, p[i].text);
    }
}

static void assert_fails(const struct pair *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GError) error = NULL;
        if (netsim_host_sh(host, p[i].script, NULL, &error)) fail_msg("%s did not fail", p[i].script);
        if (strcmp(error->message, p[i].text)) fail_msg("%s: says \"%s\", not \"%s\"", p[i].script, error->message, p[i].text);
    }
}
#define PRINTS(...) assert_prints((const struct pair[]){ __VA_ARGS__ }, sizeof((const struct pair[]){ __VA_ARGS__ }) / sizeof(struct pair))
#define FAILS(...) assert_fails((const struct pair[]){ __VA_ARGS__ }, sizeof((const struct pair[]){ __VA_ARGS__ }) / sizeof(struct pair))

/* The texts of the next two tests are what bash 5.2, coreutils 9.1, grep 3.8 and mawk print for the same scripts, but for the
 * host's own name, clock and files. */

static void the_language_is_that_of_posix(void **state)
{
    (void) state;
    PRINTS({ "echo a | cat | tr a b", "b\n" },
           { "x=1; (x=2; echo $x); echo $x", "2\n1\n" },
           { "x=1; echo 5 | { read x; echo $x; }; echo $x", "5\n1\n" },
           { "printf 'a 1\\nb 2\\n' | while read x y 2>/dev/null; do echo $y; done", "1\n2\n" },
           { "printf '1\\n2\\n' | { read a; (read b; echo $b); }", "2\n" },
           { "echo \"$(echo 'a  b')\" $(echo 'a  b')", "a  b a b\n" },
           { "echo `echo \\`echo deep\\``", "deep\n" },
           { "for i in 1 2 3; do for j in a b; do echo -n $i$j' '; done; done; echo", "1a 1b 2a 2b 3a 3b \n" },
           { "for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; echo $i; done", "1\n3\n" },
           { "for i in 1 2; do for j in 1 2; do break 2; done; done; echo $i$j", "11\n" },
           { "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done; until [ $i = 0 ]; do i=0; done; echo $i", "1\n2\n3\n0\n" },
           { "if false; then echo a; elif true; then echo b; else echo c; fi", "b\n" },
           { "unset z; echo ${z:-d} ${z-e} ${z:+f}; y=; echo ${y:-d} ${y-e} [${y+f}]; echo ${w:=v} $w", "d e\nd [f]\nv v\n" },
           { "p=/sys/class/net/eth0; echo ${p##*/} ${p#*/} ${p%/*} ${p%%/n*} ${#p}", "eth0 sys/class/net/eth0 /sys/class/net /sys/class 19\n" },
           { "cat <<EOF\na $((1 << 4)) $(echo b)\n\\$x\nEOF\necho c", "a 16 b\n$x\nc\n" },
           { "cat <<'EOF' | wc -l\n$x\n$y\nEOF", "2\n" },
           { "cat <<-E\n\ta\n\tE\ncat <<< \"x y\"", "a\nx y\n" },
           { "cat <<A; cat <<B; echo d\na\nA\nb\nB\necho e", "a\nb\nd\ne\n" },
           { "{ echo a; echo b; } > /tmp/f; echo c >> /tmp/f; cat < /tmp/f", "a\nb\nc\n" },
           { "echo $((2*(3+4)%5)) $((-7/2)) $((1<2&&3!=3)) $((0x10|5)) $((1?2:3))", "4 -3 0 21 2\n" },
           { "! false; echo $?; set +e; false; echo $?", "0\n1\n" },
           { "set +u; echo [$nothing]; [ -z \"$nothing\" ] && echo empty", "[]\nempty\n" },
           { "printf '%s\\n' a b | while read -r x; do echo \"<$x>\"; done", "<a>\n<b>\n" },
           { "(echo a; exit 0; echo b); echo c", "a\nc\n" },
           { "x=$(false) || echo failed; echo $(false) goes on", "failed\ngoes on\n" },
           { "grep x /nowhere 2>&1 >/dev/null | cat; ls /nowhere 2>/dev/null || echo $?",
             "grep: /nowhere: No such file or directory\n2\n" },
           { "x='*'; echo $x \"/proc/sys/net/ipv4/tcp_?mem\" /proc/sys/net/ipv4/tcp_[rw]mem",
             "* /proc/sys/net/ipv4/tcp_?mem /proc/sys/net/ipv4/tcp_rmem /proc/sys/net/ipv4/tcp_wmem\n" });
}

static void text_commands_print_as_coreutils(void **state)
{
    (void) state;
    PRINTS({ "printf 'a b c d e ESTAB\\na b c d e LISTEN\\na b c d e ESTAB\\n' | awk '{ print $6 }' | sort | uniq -c",
             "      2 ESTAB\n      1 LISTEN\n" },
           { "printf '3 x\\n1 y\\n2 z\\n' | awk '$1 > 1 { print $NF, NR, \"n=\" NF }'", "x 1 n=2\nz 3 n=2\n" },
           { "printf 'a:b\\nc:d\\n' | awk -F: '/c/ {print $2}'; printf '1\\n2\\n' | awk 'NR==2'", "d\n2\n" },
           { "printf 'x y\\nz\\n0 0\\n' | awk '$2'", "x y\n" },
           { "printf '10\\n9\\n1\\n' | sort; printf '10\\n9\\n1\\n9\\n' | sort -nru", "1\n10\n9\n10\n9\n1\n" },
           { "printf 'b 2\\na 10\\nc 1\\n' | sort -k2n; printf 'b:2\\na:10\\n' | sort -t: -k 2,2nr", "c 1\nb 2\na 10\na:10\nb:2\n" },
           { "seq 5 | head -2; seq 5 | tail -n 2; seq 5 | head -n -3; seq 5 | tail -n +4", "1\n2\n4\n5\n1\n2\n4\n5\n" },
           { "seq 0 4 12; seq 3 -1 1; seq 0.5 0.5 1.5; seq -w 9 10; seq -s, 3", "0\n4\n8\n12\n3\n2\n1\n0.5\n1.0\n1.5\n09\n10\n1,2,3\n" },
           { "printf 'a b\\nc\\n' | wc; printf 'a b' | wc -w; seq 7 | wc -lc", "      2       3       6\n2\n      7      14\n" },
           { "echo a:b:c | cut -d: -f1,3; echo abcdef | cut -c2-3,5-; echo none | cut -d: -f2", "a:c\nbcef\nnone\n" },
           { "printf 'a b' | tr '\\040' '\\012'; echo a,b | tr '[:punct:]' x", "a\nbaxb\n" },
           { "printf '1\\n2\\n' > /tmp/n; sort /tmp/n -r; head /tmp/n -n 1; echo foo | grep foo -c; printf 'a-b' | tr -- -b +x", "2\n1\n1\n1\na+x" },
           { "echo Hello | tr a-z A-Z; echo 'a  b' | tr -s ' '; echo 1,2 | tr -d ,; echo ab | tr ab '\\n.'", "HELLO\na b\n12\n\n.\n" },
           { "printf 'a\\nb\\nab\\n' | grep -n a; printf 'a.b\\nacb\\n' | grep -F a.b; printf 'x\\ny\\n' | grep -vc x", "1:a\n3:ab\na.b\n1\n" },
           { "echo 'rto:204 rtt:1.5' | grep -o 'rt[to]:[0-9.]*'; echo foo bar | grep -w fo || echo none", "rto:204\nrtt:1.5\nnone\n" },
           { "printf 'a|b\\nab\\n' | grep 'a|b'; printf 'a\\nb\\nc\\n' | grep -E '^(a|c)$'; printf 'aa\\n' | grep 'a\\{2\\}'", "a|b\na\nc\naa\n" },
           { "printf '%05.1f|%-4s|%x|%%|%c\\n' 3.14159 ab 255 xyz; printf '%d\\n' 1 2; echo -e 'a\\tb\\c'; echo .", "003.1|ab  |ff|%|x\n1\n2\na\tb.\n" },
           { "printf 'a\\na\\nb\\n' | uniq -d; printf 'a\\na\\nb\\n' | uniq -u; echo x | tee /tmp/t; cat /tmp/t - < /tmp/t", "a\nb\nx\nx\nx\n" },
           { "test 3 -gt 2 && [ a != b -a -n x ] && echo y; [ -d /proc/sys ] && [ -f /proc/sys/net/ipv4/tcp_sack ] && echo z", "y\nz\n" },
           { "uname -r; hostname; nproc; date -u +%H:%M:%S", "6.18.0\nhost\n64\n00:00:00\n" });
}

static void failures_are_told_in_the_real_tools_words(void **state)
{
    (void) state;
    FAILS({ "head -n x /tmp/f", "line 1: head: invalid number of lines: 'x'" }, { "cat -Q", "line 1: cat: invalid option -- 'Q'" },
          { "grep '[' /dev/null", "line 1: grep: Unmatched [, [^, [:, [., or [=" }, { "grep '[^' /dev/null", "line 1: grep: Unmatched [, [^, [:, [., or [=" },
          { "grep 'a[]' /dev/null", "line 1: grep: Unmatched [, [^, [:, [., or [=" },
          { "grep -E '(' /dev/null", "line 1: grep: Unmatched ( or \\(" }, { "sort -k 0 /dev/null", "line 1: sort: field number is zero: invalid field specification '0'" },
          { "seq 1 0 3", "line 1: seq: invalid Zero increment value: '0'" }, { "sleep 1y", "line 1: sleep: invalid time interval '1y'" },
          { "[ a -eq 1 ]", "line 1: [: a: integer expression expected" }, { "[ 1", "line 1: [: missing `]'" },
          { "printf %d x", "line 1: printf: x: invalid number" }, { "tr a", "line 1: tr: missing operand after 'a'\nTwo strings must be given when translating." },
          { "cut -c1 -f1", "line 1: cut: only one list may be specified" }, { "timeout x true", "line 1: timeout: invalid time interval 'x'" },
          { "true\ngrep -q a /dev/null", "line 2: grep: exit status 1" }, { "exit 3", "line 1: exit: exit status 3" },
          { "echo a | awk 'BEGIN { x = 1 }'", "line 1: awk: 'BEGIN { x = 1 }': not modelled from \"BEGIN { x = 1 }\" on "
            "(it has: /regex/, NR, NF, $N compared; print $N, $NF, \"text\")" },
          { "iw=1; echo $iv", "line 1: iv: parameter not set, did you mean \"iw\"?" }, { "break", "line 1: break: only meaningful in a loop" },
          { "while [ 1 ]; do :; done", "line 1: a script that never waits: 5000000 steps without sleep" });
}

/* What the real tool has and netsim lacks is told apart from what nobody has. */
static void an_option_that_is_real_but_not_modelled_is_called_so(void **state)
{
    (void) state;
    FAILS({ "grep -P x /dev/null", "line 1: grep -P: the real grep has this option, netsim does not model it" },
          { "grep -nPq x /dev/null", "line 1: grep -P: the real grep has this option, netsim does not model it" },
          { "sort --random-s /dev/null", "line 1: sort: option '--random-s' is ambiguous; possibilities: '--random-sort' '--random-source'" },
          { "sort --random-so /dev/null", "line 1: sort: option '--random-so' is ambiguous; possibilities: '--random-sort' '--random-source'" },
          { "ls --inode", "line 1: ls --inode: the real ls has this option, netsim does not model it" },
          { "ls --ino", "line 1: ls --inode: the real ls has this option, netsim does not model it" },
          { "tail -f /tmp/f", "line 1: tail -f: the real tail has this option, netsim does not model it" },
          { "date -s 12:00", "line 1: date -s: the real date has this option, netsim does not model it" },
          { "read -t 5 x", "line 1: read -t: the real read has this option, netsim does not model it" },
          { "awk -f prog", "line 1: awk -f: the real awk has this option, netsim does not model it" },
          { "watch -q 3 date", "line 1: watch -q: the real watch has this option, netsim does not model it" },
          { "ss --tipcinfo", "line 1: ss --tipcinfo: the real ss has this option, netsim does not model it" },
          { "arp -D", "line 1: arp -D: not modelled; ip neigh add and del do it" },
          { "cat --shaw-all", "line 1: cat: unrecognized option '--shaw-all', did you mean \"show-all\"?" },
          { "ping -f 10.0.0.2", "line 1: ping -f: the real ping has this option, netsim does not model it" },
          { "ping -i 0 -c1 10.0.0.2", "line 1: ping -i 0: floods are not modelled, at least 0.001" });
}

static void ls_tells_what_may_be_written(void **state)
{
    (void) state;
    PRINTS({ "echo abc >/tmp/x; ls -l /tmp", "total 4\n-rw-r--r-- 1 root root 4 Jan  1 00:00 x\n" },
           { "ls -ld /proc/sys /dev/null", "dr-xr-xr-x 1 root root 0 Jan  1 00:00 /proc/sys\ncrw-rw-rw- 1 root root 0 Jan  1 00:00 /dev/null\n" },
           { "ls -l /sys/class/net/eth0 | grep -E ' (mtu|operstate|queues)$'",
             "-rw-r--r-- 1 root root 4096 Jan  1 00:00 mtu\n-r--r--r-- 1 root root 4096 Jan  1 00:00 operstate\n"
             "drwxr-xr-x 1 root root    0 Jan  1 00:00 queues\n" },
           { "ls -l /proc/net/snmp; ls -r /sys/class/net; ls -a /tmp", "-r--r--r-- 1 root root 0 Jan  1 00:00 /proc/net/snmp\nlo\neth0\n.\n..\nx\n" });
}

/* ---- nothing is half applied ---- */

static void a_script_that_cannot_be_read_runs_nothing(void **state)
{
    (void) state;
    static const struct pair bad[] = {
        { "echo 'a", "line 2: Syntax error: Unterminated quoted string" },
        { "echo a | sortt", "line 2: sortt: command not found, did you mean \"sort\"?" },
        { "if true; then echo a", "line 2: Syntax error: end of file unexpected (expecting \"fi\")" },
        { "for i in 1 2; echo", "line 2: Syntax error: \"echo\" unexpected" },
        { "done", "line 2: Syntax error: \"done\" unexpected" },
        { "echo $(echo a", "line 2: Syntax error: end of file unexpected (expecting \")\")" },
        { "f() { true; }", "line 2: functions are not in this shell; write the commands where they are called, or a Lua function that calls host:sh" },
        { "cat <<EOF\nx", "line 2: Syntax error: here-document without its end \"EOF\"" },
        { "echo a; ethtool -K eth0 gro off", "line 2: ethtool: not modelled; leave it out, or go on without it: ethtool ... || true" },
        { "echo \x01", "line 2: this is no text: byte 0x01" }, { "echo \xff\xfe", "line 2: this is no text: byte 0xff" },
        { "echo ${x!y}", "line 2: Syntax error: Bad substitution (this shell has ${x} ${#x} ${x:-y} ${x:=y} ${x:+y} ${x:?y} ${x#y} ${x##y} ${x%y} ${x%%y}; "
          "cut, tr and awk do the rest)" }, { "echo a ;; b", "line 2: Syntax error: \";;\" unexpected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *script = g_strconcat("echo 1 > /proc/sys/net/ipv4/ip_forward\n", bad[i].script, NULL);
        FAILS({ script, bad[i].text });
    }
    PRINTS({ "cat /proc/sys/net/ipv4/ip_forward", "0\n" });
    FAILS({ "for i in {0..3}; do echo $i; done", "line 1: {a,b} and {1..4} are not modelled; write the words, or $(seq 1 4)" },
          { "echo 1 >/proc/sys/net/ipv4/ip_forward\necho x{a,$b}y", "line 2: {a,b} and {1..4} are not modelled; write the words, or $(seq 1 4)" });
    PRINTS({ "echo {} {a} '{a,b}' \"{1..4}\" a,b", "{} {a} {a,b} {1..4} a,b\n" });
    FAILS({ "set -o vi", "line 1: set -o vi: not modelled (errexit, nounset, pipefail are)" },
          { "set -euo pipefail\nfalse | cat", "line 2: false: exit status 1" });
    PRINTS({ "false | cat; echo on", "on\n" }, { "set -o pipefail; false | cat || echo failed; true | cat && echo held", "failed\nheld\n" },
           { "set -o pipefail; set +o pipefail; false | cat && echo held", "held\n" });
    /* In a branch that is not taken it does not matter. */
    PRINTS({ "if [ -x /usr/sbin/tuned-adm ]; then tuned-adm off; fi; nonesuch 2>/dev/null || echo none", "none\n" });
}

static void depth_and_length_have_limits(void **state)
{
    (void) state;
    g_autoptr(GString) deep = g_string_new(NULL), longer = g_string_new(NULL);
    for (int i = 0; i < 60; i++) g_string_append(deep, "echo $(");
    FAILS({ deep->str, "line 1: substitutions, groups and loops are nested too deeply: at most 50 levels" });
    for (int i = 0; i < 200000; i++) g_string_append(longer, "(((((");
    FAILS({ longer->str, "line 1: ((sum)) is not in this shell; write x=$((sum)), or [ $((sum)) -ne 0 ]" });
    while (longer->len <= 1 << 20) g_string_append(longer, longer->str);
    g_autofree char *message = g_strdup_printf("line 1: the script has %zu bytes, at most 1048576 are read", longer->len);
    FAILS({ longer->str, message });
    FAILS({ "x=aaaaaaaaaaaaaaaa; for i in $(seq 40); do x=$x$x; done", "line 1: Argument list too long" });
    g_string_truncate(longer, 0);
    for (int i = 0; i < 60000; i++) g_string_append(longer, "sudo ");
    FAILS({ longer->str, "line 1: sudo: no command among the first 50 words" },
          { "printf %.20000000d 1", "line 1: printf: `%.': invalid format character" });
    g_autofree char *open = g_strnfill(100, '('), *close = g_strnfill(100, ')'), *sum = g_strdup_printf("%s1%s", open, close);
    g_autofree char *script = g_strdup_printf("echo $((%s))", sum);
    g_autofree char *wrong = g_strdup_printf("line 1: arithmetic expression: nested too deeply: \"%s\"", sum);
    FAILS({ script, wrong });
}

static void what_the_grammar_lacks_is_named_with_its_mend(void **state)
{
    (void) state;
    FAILS({ "true\nf() { :; }", "line 2: functions are not in this shell; write the commands where they are called, or a Lua function that calls host:sh" },
          { "function f { :; }", "line 1: functions are not in this shell; write the commands where they are called, or a Lua function that calls host:sh" },
          { "for ((i=0;i<3;i++)); do :; done", "line 1: for ((...)) is not in this shell; write for i in $(seq 0 3)" },
          { "((i++))", "line 1: ((sum)) is not in this shell; write x=$((sum)), or [ $((sum)) -ne 0 ]" },
          { "select x in a b; do :; done", "line 1: select is not in this shell, as nobody answers; write for, or set the variable" },
          { "coproc cat", "line 1: coproc is not in this shell; host:spawn makes processes" },
          { "a=(1 2)", "line 1: arrays are not in this shell; write the words into one variable: a=\"a b\", for i in $a" },
          { "cat <(echo a)", "line 1: <( is not in this shell; write < FILE, > FILE, a pipe or a here-document" },
          { "echo $'a\\n'", "line 1: $'...' is not in this shell; write $(printf 'a\\tb')" },
          { "echo $1", "line 1: $1: a script here has no arguments and no processes; variables (x=1; $x) it has" },
          { "for i; do :; done", "line 1: Syntax error: for i: \"in\" expected (a script here has no arguments)" },
          { "case a in a) :;& esac", "line 1: ;& is not in this shell; write the commands in both clauses, and ;;" },
          { "case a in a) :;;& esac", "line 1: ;;& is not in this shell; write the commands in both clauses, and ;;" },
          { "sleep 1 &", "line 1: Syntax error: \"&\" unexpected (no jobs in the background here; host:spawn makes processes)" },
          { "case a in\na) echo", "line 2: Syntax error: end of file unexpected (expecting \"esac\")" },
          { "case a", "line 1: Syntax error: end of file unexpected (expecting \"in\")" },
          { "case a of a) :;; esac", "line 1: Syntax error: \"of\" unexpected" }, { "case a in ) :;; esac", "line 1: Syntax error: \")\" unexpected" },
          { "case a in a :;; esac", "line 1: Syntax error: \":\" unexpected" }, { "esac", "line 1: Syntax error: \"esac\" unexpected" },
          { "[[ a == b", "line 1: Syntax error: end of file unexpected (expecting \"]]\")" }, { "[[ ]]", "line 1: Syntax error: \"]]\" unexpected in [[ ]]" },
          { "[[ a b ]]", "line 1: Syntax error: \"b\" unexpected in [[ ]]" }, { "[[ a == ]]", "line 1: Syntax error: \"]]\" unexpected in [[ ]]" },
          { "[[ a && ]]", "line 1: Syntax error: \"]]\" unexpected in [[ ]]" }, { "[[ ( a ]]", "line 1: Syntax error: \"]]\" unexpected in [[ ]]" },
          { "[[ -k /tmp ]]", "line 1: [[ -k ]]: this test is not modelled" }, { "[[ 1+ -eq 1 ]]", "line 1: [[: expecting a number: \"1+\"" },
          { "[[ a =~ ( ]]", "line 1: [[: not a regular expression: \"(\"" }, { "true\n[[ a == b ]]", "line 2: [[: exit status 1" },
          { "case a in a) ethtool -i eth0;; esac", "line 1: ethtool: not modelled; leave it out, or go on without it: ethtool ... || true" });
    PRINTS({ "case a in b) ethtool -i eth0;; esac; [[ a == b ]] || echo on", "on\n" });
}

/* ---- waiting ---- */

static void outside_a_run_a_waiting_command_runs_the_simulation(void **state)
{
    (void) state;
    PRINTS({ "date +%s.%N; sleep 1.5; date +%s.%N; sleep 1m; date +%M:%S", "0.000000000\n1.500000000\n01:01\n" });
    assert_int_equal(netsim_sim_now(sim), 61500 * NETSIM_MS);
    PRINTS({ "timeout 2.5 watch -t -n1 date +%S || echo $?", "01\n02\n03\n124\n" }, { "x=$(sleep 1; echo a) && echo $x | cat", "a\n" });
}

static void ping_prints_as_iputils(void **state)
{
    (void) state;
    PRINTS({ "ping -c 2 -i 0.5 10.0.0.2",
             "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n"
             "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=20.0 ms\n" /* the first asks for the address, too */
             "64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=10.0 ms\n"
             "\n--- 10.0.0.2 ping statistics ---\n"
             "2 packets transmitted, 2 received, 0% packet loss, time 500ms\n"
             "rtt min/avg/max/mdev = 10.000/15.000/20.000/5.000 ms\n" },
           { "ping -c1 -W1 10.0.0.9 || echo $?",
             "PING 10.0.0.9 (10.0.0.9) 56(84) bytes of data.\n\n--- 10.0.0.9 ping statistics ---\n"
             "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n1\n" });
    FAILS({ "ping -c 1 8.8.8.8", "line 1: ping: connect: Network is unreachable" }, { "ping -c 0 10.0.0.2",
            "line 1: ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807" },
          { "ping example.org", "line 1: ping: example.org: Name or service not known" });
    uint64_t n;
    assert_true(netsim_host_counter(host, "IcmpOutEchos", &n, NULL));
    assert_int_equal(n, 3);
}

static GString *streamed;
static unsigned n_done;

static void on_output(NetsimShell *shell, const char *text, void *data)
{
    (void) shell;
    (void) data;
    g_autofree char *line = g_strchomp(g_strdup(text));
    g_string_append_printf(streamed, "%s@%g ", line, netsim_to_seconds(netsim_sim_now(sim)));
}

static void on_done(NetsimShell *shell, void *data)
{
    assert_ptr_equal(data, &n_done);
    n_done++;
    netsim_shell_free(shell);
}

static void a_script_can_run_beside_the_simulation(void **state)
{
    (void) state;
    streamed = g_string_new(NULL);
    n_done = 0;
    NetsimShellConfig config = { .variables = (const char *const[]){ "n=2", NULL }, .output = on_output, .done = on_done, .data = &n_done };
    NetsimShell *shell = netsim_host_sh_start(host, "for i in $(seq $n); do echo $i; sleep 1; done", &config, NULL);
    assert_non_null(shell);
    assert_false(netsim_shell_is_done(shell));
    assert_true(netsim_sim_run(sim, 10 * NETSIM_S, NULL));
    assert_int_equal(n_done, 1);
    assert_string_equal(streamed->str, "1@0 2@1 ");
    /* What a command inside another prints is there at once. */
    g_string_truncate(streamed, 0);
    shell = netsim_host_sh_start(host, "timeout 2 sh -c 'echo a; sleep 1; echo b; sleep 5; echo c'", &config, NULL);
    assert_string_equal(streamed->str, "a@2 ");
    assert_true(netsim_sim_run(sim, 20 * NETSIM_S, NULL));
    assert_string_equal(streamed->str, "a@2 b@3 ");
    g_string_free(streamed, TRUE);
    /* One that still waits goes with the simulation. */
    assert_non_null(netsim_host_sh_start(host, "timeout 9 ping 10.0.0.2", NULL, NULL));
}

static void unchecked_it_goes_on_and_collects_messages(void **state)
{
    (void) state;
    NetsimShellConfig config = { .goes_on = true };
    NetsimShell *shell = netsim_host_sh_start(host, "cat /nowhere; echo a; false", &config, NULL);
    assert_true(netsim_shell_is_done(shell));
    assert_string_equal(netsim_shell_output(shell), "a\n");
    assert_string_equal(netsim_shell_messages(shell), "cat: /nowhere: No such file or directory\n");
    assert_int_equal(netsim_shell_status(shell), 1);
    netsim_shell_free(shell);
}

static void in_callback(NetsimSim *s, NetsimEvent event, void *data)
{
    (void) s;
    (void) event;
    g_autoptr(GError) error = NULL;
    *(bool *) data = true;
    assert_false(netsim_host_sh(host, "sleep 1", NULL, &error));
    assert_string_equal(error->message, "line 1: sleep waits, which the simulation cannot do inside a callback; netsim_host_sh_start() can");
    assert_true(netsim_host_sh(host, "true", NULL, NULL));
}

static void a_callback_cannot_wait(void **state)
{
    (void) state;
    bool was_called = false;
    NetsimEvent event = netsim_event_new(sim, in_callback, &was_called);
    netsim_event_at(sim, event, NETSIM_S);
    assert_true(netsim_sim_run(sim, 2 * NETSIM_S, NULL));
    assert_true(was_called);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_language_is_that_of_posix),
        T(text_commands_print_as_coreutils),
        T(failures_are_told_in_the_real_tools_words),
        T(an_option_that_is_real_but_not_modelled_is_called_so),
        T(ls_tells_what_may_be_written),
        T(a_script_that_cannot_be_read_runs_nothing),
        T(what_the_grammar_lacks_is_named_with_its_mend),
        T(depth_and_length_have_limits),
        T(outside_a_run_a_waiting_command_runs_the_simulation),
        T(ping_prints_as_iputils),
        T(a_script_can_run_beside_the_simulation),
        T(unchecked_it_goes_on_and_collects_messages),
        T(a_callback_cannot_wait),
    };
    return cmocka_run_group_tests_name("models/host/shell_run", tests, NULL, NULL);
}
