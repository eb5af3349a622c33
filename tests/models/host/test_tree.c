/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "models/netdev/face.h"
#include "tests/support/host_test.h"
#include <errno.h>

static int setup(void **state)
{
    setup_host(state);
    join_peer("rhel6.2", (NetsimLinkConfig){ .delay = NETSIM_MS, .rate_bps = 10000000000 });
    assert_non_null(netsim_host_nic(host, "eth0.7", NULL));
    return 0;
}

static void assert_reads(const char *path, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = netsim_host_read(host, path, &error);
    if (!text) fail_msg("%s", error->message);
    assert_string_equal(text, content);
}

static void assert_no_read(const char *path, NetsimErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = netsim_host_read(host, path, &error);
    if (text) fail_msg("%s can be read", path);
    assert_string_equal(error->message, message);
    assert_int_equal(error->code, code);
}

static void assert_writes(const char *path, const char *value)
{
    g_autoptr(GError) error = NULL;
    if (!netsim_host_write(host, path, value, &error)) fail_msg("%s", error->message);
}

static void assert_no_write(const char *path, const char *value, NetsimErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    if (netsim_host_write(host, path, value, &error)) fail_msg("%s > %s is taken", value, path);
    assert_string_equal(error->message, message);
    assert_int_equal(error->code, code);
}

static void assert_names(char **names, const char *expected)
{
    g_autofree char *all = names ? g_strjoinv(" ", names) : g_strdup("(none)");
    g_strfreev(names);
    assert_string_equal(all, expected);
}

/* ---- paths ---- */

static void settings_are_files_under_proc_sys(void **state)
{
    (void) state;
    assert_reads("/proc/sys/net/ipv4/tcp_sack", "1\n");
    assert_reads("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t33554432\n");
    assert_writes("/proc/sys/net/ipv4/tcp_sack", "0\n");
    assert_reads("/proc/sys/net/ipv4/tcp_sack", "0\n");
    assert_no_write("/proc/sys/net/ipv4/tcp_sack", "700", NETSIM_ERROR_RANGE,
                    "/proc/sys/net/ipv4/tcp_sack: Invalid argument; must be 0 to 255");
}

static void paths_are_read_as_the_kernel_reads_them(void **state)
{
    (void) state;
    assert_reads("//sys/class/./net//eth0/../eth0/mtu", "1500\n");
    assert_no_read("proc/version", NETSIM_ERROR_NAME, "proc/version: No such file or directory; a path begins with \"/\"");
    assert_no_read("", NETSIM_ERROR_NAME, ": No such file or directory; a path begins with \"/\"");
    assert_no_read("/proc/version/", NETSIM_ERROR_STATE, "/proc/version/: Not a directory");
    assert_no_read("/proc/version/x", NETSIM_ERROR_STATE, "/proc/version/x: Not a directory");
}

static void a_folder_cannot_be_read(void **state)
{
    (void) state;
    assert_no_read("/", NETSIM_ERROR_STATE, "/: Is a directory");
    assert_no_read("/proc/net", NETSIM_ERROR_STATE, "/proc/net: Is a directory");
    assert_no_read("/sys/class/net/eth0", NETSIM_ERROR_STATE, "/sys/class/net/eth0: Is a directory");
    assert_no_read("/proc/sys/net/ipv4", NETSIM_ERROR_STATE, "/proc/sys/net/ipv4: Is a directory");
    assert_no_write("/proc/net", "1", NETSIM_ERROR_STATE, "/proc/net: Is a directory");
}

static void a_missing_file_suggests_the_nearest_of_its_folder(void **state)
{
    (void) state;
    assert_no_read("/proc/net/dov", NETSIM_ERROR_NAME, "/proc/net/dov: No such file or directory, did you mean \"/proc/net/dev\"?");
    assert_no_read("/sys/class/net/eht0/mtu", NETSIM_ERROR_NAME,
                   "/sys/class/net/eht0/mtu: No such file or directory, did you mean \"/sys/class/net/eth0\"?");
    assert_no_read("/proc/sys/net/ipv4/tcp_sak", NETSIM_ERROR_NAME,
                   "/proc/sys/net/ipv4/tcp_sak: No such file or directory, did you mean \"net.ipv4.tcp_sack\"?");
    assert_no_read("/etc/passwd", NETSIM_ERROR_NAME,
                   "/etc/passwd: No such file or directory; only /dev/null, /proc and /sys are here");
}

static void a_file_is_there_in_the_kernels_that_have_it(void **state)
{
    (void) state;
    NetsimHost *old = netsim_host_find(sim, "peer", NULL);
    assert_true(tree_is_file(host, "/proc/sys/net/ipv4/tcp_recovery"));
    assert_false(tree_is_file(old, "/proc/sys/net/ipv4/tcp_recovery"));
    assert_true(tree_is_file(old, "/proc/sys/net/ipv4/tcp_tw_recycle"));
    assert_false(tree_is_file(host, "/proc/sys/net/ipv4/tcp_tw_recycle"));
    g_autoptr(GError) error = NULL;
    assert_null(netsim_host_read(old, "/proc/sys/net/ipv4/tcp_recovery", &error));
    assert_string_equal(error->message, "/proc/sys/net/ipv4/tcp_recovery: No such file or directory; "
                                        "rhel6.2 does not have it: new in 4.4");
}

static void a_read_only_file_refuses_and_none_can_be_made(void **state)
{
    (void) state;
    assert_no_write("/proc/net/dev", "1", NETSIM_ERROR_STATE, "/proc/net/dev: Permission denied");
    assert_no_write("/sys/class/net/eth0/address", "1", NETSIM_ERROR_STATE, "/sys/class/net/eth0/address: Permission denied");
    assert_no_write("/sys/class/net/eth0/new", "1", NETSIM_ERROR_STATE, "/sys/class/net/eth0/new: Permission denied");
    assert_no_write("/sys/class/net/eth0/queues/rx-9/rps_cpus", "f", NETSIM_ERROR_NAME,
                    "/sys/class/net/eth0/queues/rx-9/rps_cpus: No such file or directory, did you mean \"/sys/class/net/eth0/queues/rx-0\"?");
    assert_no_write("/proc/new", "1", NETSIM_ERROR_NAME, "/proc/new: No such file or directory, did you mean \"/proc/net\"?");
}

/* ---- folders and patterns ---- */

static void folders_are_listed_in_order_of_name(void **state)
{
    (void) state;
    assert_names(tree_list(host, "/"), "dev proc sys");
    assert_names(tree_list(host, "/sys/class/net"), "eth0 eth0.7 lo");
    assert_names(tree_list(host, "/sys/class/net/lo"),
                 "addr_len address broadcast carrier duplex flags ifindex iflink mtu operstate queues speed statistics tx_queue_len type");
    assert_names(tree_list(host, "/proc/version"), "(none)");
    assert_names(tree_list(host, "/sys/class/net/eth9"), "(none)");
    assert_true(tree_is_folder(host, "/sys/class/net/lo/statistics"));
    assert_false(tree_is_folder(host, "/sys/class/net/lo/mtu"));
}

static void patterns_find_files_and_folders(void **state)
{
    (void) state;
    assert_names(tree_glob(host, "/sys/class/net/*/mtu"),
                 "/sys/class/net/eth0/mtu /sys/class/net/eth0.7/mtu /sys/class/net/lo/mtu");
    assert_names(tree_glob(host, "/sys/class/net/eth?"), "/sys/class/net/eth0");
    assert_names(tree_glob(host, "/sys/class/net/l[no]/statistics/rx_p*"), "/sys/class/net/lo/statistics/rx_packets");
    assert_names(tree_glob(host, "/proc/sys/net/ipv4/tcp_[rw]mem"),
                 "/proc/sys/net/ipv4/tcp_rmem /proc/sys/net/ipv4/tcp_wmem");
    assert_names(tree_glob(host, "/proc/version"), "/proc/version");
    assert_names(tree_glob(host, "/proc/nothing*"), "");
    assert_names(tree_glob(host, "/proc/version/*"), "");
    assert_names(tree_glob(host, "*"), "");
}

static void every_file_can_be_found_and_read(void **state)
{
    (void) state;
    GQueue folders = G_QUEUE_INIT;
    unsigned n_files = 0;
    g_queue_push_tail(&folders, g_strdup(""));
    for (char *folder; (folder = g_queue_pop_head(&folders)); g_free(folder)) {
        g_auto(GStrv) names = tree_list(host, *folder ? folder : "/");
        assert_non_null(names);
        for (char **name = names; *name; name++) {
            char *path = g_strdup_printf("%s/%s", folder, *name);
            assert_true(tree_is_file(host, path) != tree_is_folder(host, path));
            if (tree_is_folder(host, path)) {
                g_queue_push_tail(&folders, path);
                continue;
            }
            g_autoptr(GString) text = g_string_new(NULL);
            int err = tree_read(host, path, text);
            assert_true(err == 0 || err == -EINVAL || (err == -EACCES && g_str_has_suffix(path, "/ipv4/route/flush")));
            if (!err && strcmp(path, "/dev/null")) assert_int_equal(text->str[text->len - 1], '\n');
            g_free(path);
            n_files++;
        }
    }
    assert_true(n_files > 200);
}

/* ---- devices: as a 6.18 kernel shows lo and an Ethernet device ---- */

static void devices_show_what_they_are(void **state)
{
    (void) state;
    static const struct {
        const char *name, *lo, *eth0;
    } files[] = {
        { "addr_len", "6\n", "6\n" },
        { "address", "00:00:00:00:00:00\n", "02:00:00:00:00:02\n" },
        { "broadcast", "00:00:00:00:00:00\n", "ff:ff:ff:ff:ff:ff\n" },
        { "carrier", "1\n", "1\n" },
        { "flags", "0x9\n", "0x1003\n" },
        { "ifindex", "1\n", "2\n" },
        { "iflink", "1\n", "2\n" },
        { "mtu", "65536\n", "1500\n" },
        { "operstate", "unknown\n", "up\n" },
        { "tx_queue_len", "1000\n", "1000\n" },
        { "type", "772\n", "1\n" },
        { "statistics/rx_packets", "0\n", "0\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *lo = g_strconcat("/sys/class/net/lo/", files[i].name, NULL);
        g_autofree char *eth0 = g_strconcat("/sys/class/net/eth0/", files[i].name, NULL);
        assert_reads(lo, files[i].lo);
        if (strcmp(files[i].name, "address")) assert_reads(eth0, files[i].eth0);
    }
    assert_reads("/sys/class/net/eth0/speed", "10000\n");
    assert_reads("/sys/class/net/eth0/duplex", "full\n");
    assert_no_read("/sys/class/net/lo/speed", NETSIM_ERROR_RANGE, "/sys/class/net/lo/speed: Invalid argument");
    assert_reads("/sys/class/net/eth0.7/carrier", "0\n");
    assert_reads("/sys/class/net/eth0.7/operstate", "down\n");
}

static void a_device_that_is_down_hides_its_carrier(void **state)
{
    (void) state;
    assert_writes("/sys/class/net/eth0/flags", "0x1002");
    assert_reads("/sys/class/net/eth0/flags", "0x1002\n");
    assert_reads("/sys/class/net/eth0/operstate", "down\n");
    assert_no_read("/sys/class/net/eth0/carrier", NETSIM_ERROR_RANGE, "/sys/class/net/eth0/carrier: Invalid argument");
    assert_writes("/sys/class/net/eth0/flags", "4099\n");
    assert_reads("/sys/class/net/eth0/carrier", "1\n");
    assert_no_write("/sys/class/net/eth0/flags", "0x1103", NETSIM_ERROR_UNSUPPORTED,
                    "/sys/class/net/eth0/flags: Operation not supported");
}

static void mtu_and_tx_queue_len_act(void **state)
{
    (void) state;
    assert_writes("/sys/class/net/eth0/mtu", "9000");
    assert_int_equal(netsim_device_mtu(netsim_host_nic(host, "eth0", NULL)), 9000);
    assert_writes("/sys/class/net/eth0/mtu", "0x5dc\n");
    assert_reads("/sys/class/net/eth0/mtu", "1500\n");
    static const char *const bad[] = { "67", "70000", "-1", "abc", "", "1500 ", "1500\n\n", "1e3", "99999999999999999999" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) assert_false(netsim_host_write(host, "/sys/class/net/eth0/mtu", bad[i], NULL));
    assert_reads("/sys/class/net/eth0/mtu", "1500\n");
    assert_writes("/sys/class/net/eth0/tx_queue_len", "70000");
    assert_reads("/sys/class/net/eth0/tx_queue_len", "70000\n");
    assert_no_write("/sys/class/net/eth0/tx_queue_len", "4294967296", NETSIM_ERROR_RANGE,
                    "/sys/class/net/eth0/tx_queue_len: Numerical result out of range");
}

/* ---- the host ---- */

/* ls -l and grep . of /sys/module/tcp_cubic/parameters of a 6.18 kernel */
static void parameters_of_cubic_are_those_of_the_module(void **state)
{
    (void) state;
    static const char folder[] = "/sys/module/tcp_cubic/parameters";
    static const struct {
        const char *name, *value;
    } params[] = {
        { "beta", "717\n" }, { "bic_scale", "41\n" }, { "fast_convergence", "1\n" }, { "hystart", "1\n" },
        { "hystart_ack_delta_us", "2000\n" }, { "hystart_detect", "3\n" }, { "hystart_low_window", "16\n" },
        { "initial_ssthresh", "0\n" }, { "tcp_friendliness", "1\n" },
    };
    g_auto(GStrv) names = tree_list(host, folder);
    assert_int_equal(g_strv_length(names), G_N_ELEMENTS(params));
    for (size_t i = 0; i < G_N_ELEMENTS(params); i++) {
        g_autofree char *path = g_strconcat(folder, "/", params[i].name, NULL);
        assert_string_equal(names[i], params[i].name);
        assert_reads(path, params[i].value);
        if (!strcmp(params[i].name, "bic_scale"))
            assert_no_write(path, "41", NETSIM_ERROR_STATE, "/sys/module/tcp_cubic/parameters/bic_scale: Permission denied; it is read-only");
        else assert_writes(path, params[i].value);
    }
    assert_writes("/sys/module/tcp_cubic/parameters/hystart_detect", "0x2\n");
    assert_reads("/sys/module/tcp_cubic/parameters/hystart_detect", "2\n");
    NetsimHost *me = host;
    host = netsim_host_find(sim, "peer", NULL); /* has a kernel of its own */
    assert_reads("/sys/module/tcp_cubic/parameters/hystart_detect", "3\n");
    assert_no_read("/sys/module/tcp_cubic/parameters/hystart_ack_delta_us", NETSIM_ERROR_NAME,
                   "/sys/module/tcp_cubic/parameters/hystart_ack_delta_us: No such file or directory; rhel6.2 does not have it: new in 5.6");
    host = netsim_host_new(sim, "third", "rhel7", NULL);
    assert_reads("/sys/module/tcp_cubic/parameters/hystart_ack_delta", "2\n");
    host = me;
    assert_no_read("/sys/module/tcp_cubic/parameters/hystart_detct", NETSIM_ERROR_NAME,
                   "/sys/module/tcp_cubic/parameters/hystart_detct: No such file or directory, did you mean "
                   "\"/sys/module/tcp_cubic/parameters/hystart_detect\"?");
}

/* kstrtoint() */
static void a_file_of_sysfs_takes_one_number_and_nothing_else(void **state)
{
    (void) state;
    static const char path[] = "/sys/module/tcp_cubic/parameters/hystart_low_window";
    static const char *const wrong[] = { "", "x", "1 2", " 1", "1x", "1\n\n", "1.5" };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) assert_int_equal(tree_write(host, path, wrong[i]), -EINVAL);
    assert_int_equal(tree_write(host, path, "2147483648"), -ERANGE);
    assert_int_equal(tree_write(host, path, "99999999999999999999"), -ERANGE);
    assert_int_equal(tree_write(host, path, "-3\n"), 0);
    assert_reads(path, "-3\n");
}

static void dev_null_takes_everything(void **state)
{
    (void) state;
    assert_writes("/dev/null", "anything");
    assert_reads("/dev/null", "");
}

static void the_version_is_that_of_the_profile(void **state)
{
    (void) state;
    g_autofree char *text = netsim_host_read(host, "/proc/version", NULL);
    assert_true(g_str_has_prefix(text, "Linux version 6.18.0-linux6.18 "));
    g_autofree char *old = netsim_host_read(netsim_host_find(sim, "peer", NULL), "/proc/version", NULL);
    assert_true(g_str_has_prefix(old, "Linux version 2.6.32-rhel6.2 "));
}

static double uptime(void)
{
    g_autofree char *text = netsim_host_read(host, "/proc/uptime", NULL);
    return g_ascii_strtod(text, NULL);
}

/* nproc, masks, /proc and /sys: one number. */
static void all_faces_tell_the_same_number_of_cpus(void **state)
{
    (void) state;
    static const char *const scripts[][2] = {
        { "nproc", "64\n" }, { "nproc --ignore=60", "4\n" }, { "nproc --all --ignore 99", "1\n" }, { "grep -c ^processor /proc/cpuinfo", "64\n" },
        { "cd=/sys/devices/system/cpu; cat $cd/online $cd/possible $cd/present $cd/offline", "0-63\n0-63\n0-63\n\n" },
        { "ls -d /sys/devices/system/cpu/cpu[0-9]* | wc -l; cat /sys/devices/system/cpu/cpu63/online", "64\n1\n" },
        { "f=/sys/class/net/eth0/queues/rx-0/rps_cpus; echo 80000000,00000001 >$f; cat $f", "80000000,00000001\n" },
        { "echo 1,00000000,00000000 >/sys/class/net/eth0/queues/rx-0/rps_cpus 2>/dev/null || echo too wide", "too wide\n" },
        { "read up idle </proc/uptime; [ $((${idle%.*} / ${up%.*})) = 64 ] && echo idle", "idle\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        if (!netsim_host_sh(host, scripts[i][0], out, &error)) fail_msg("%s: %s", scripts[i][0], error->message);
        assert_string_equal(out->str, scripts[i][1]);
    }
}

static void uptime_is_the_age_of_the_host(void **state)
{
    (void) state;
    double before = uptime();
    assert_true(before >= 1000); /* it was booted before the simulation began */
    netsim_sim_run(sim, 5 * NETSIM_S, NULL);
    sim->now = 5 * NETSIM_S;
    assert_true(uptime() - before > 4.98 && uptime() - before < 5.02);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(settings_are_files_under_proc_sys),
        TEST(paths_are_read_as_the_kernel_reads_them),
        TEST(a_folder_cannot_be_read),
        TEST(a_missing_file_suggests_the_nearest_of_its_folder),
        TEST(a_file_is_there_in_the_kernels_that_have_it),
        TEST(a_read_only_file_refuses_and_none_can_be_made),
        TEST(folders_are_listed_in_order_of_name),
        TEST(patterns_find_files_and_folders),
        TEST(every_file_can_be_found_and_read),
        TEST(devices_show_what_they_are),
        TEST(a_device_that_is_down_hides_its_carrier),
        TEST(mtu_and_tx_queue_len_act),
        TEST(parameters_of_cubic_are_those_of_the_module),
        TEST(a_file_of_sysfs_takes_one_number_and_nothing_else),
        TEST(dev_null_takes_everything),
        TEST(the_version_is_that_of_the_profile),
        TEST(all_faces_tell_the_same_number_of_cpus),
        TEST(uptime_is_the_age_of_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
