/* SPDX-License-Identifier: GPL-3.0-or-later */
/* services.c - names of ports, as /etc/services of Debian 12 has them (IANA's, where both know one). */
#include "models/sock/sock.h"

#include <string.h>

struct service {
    uint16_t port;
    const char *tcp, *udp; /* NULL: the name is not known for this transport */
};

static const struct service services[] = {
    { 7, "echo", "echo" }, { 9, "discard", "discard" }, { 13, "daytime", "daytime" }, { 19, "chargen", "chargen" },
    { 20, "ftp-data", NULL }, { 21, "ftp", "fsp" }, { 22, "ssh", NULL }, { 23, "telnet", NULL }, { 25, "smtp", NULL },
    { 37, "time", "time" }, { 43, "whois", NULL }, { 49, "tacacs", "tacacs" }, { 53, "domain", "domain" },
    { 67, NULL, "bootps" }, { 68, NULL, "bootpc" }, { 69, NULL, "tftp" }, { 70, "gopher", NULL }, { 79, "finger", NULL },
    { 80, "http", NULL }, { 88, "kerberos", "kerberos" }, { 110, "pop3", NULL }, { 111, "sunrpc", "sunrpc" },
    { 113, "auth", NULL }, { 119, "nntp", NULL }, { 123, NULL, "ntp" }, { 135, "epmap", NULL }, { 137, NULL, "netbios-ns" },
    { 138, NULL, "netbios-dgm" }, { 139, "netbios-ssn", NULL }, { 143, "imap2", NULL }, { 161, "snmp", "snmp" },
    { 162, "snmp-trap", "snmp-trap" }, { 179, "bgp", NULL }, { 389, "ldap", "ldap" }, { 443, "https", "https" },
    { 445, "microsoft-ds", NULL }, { 464, "kpasswd", "kpasswd" }, { 465, "submissions", NULL }, { 500, NULL, "isakmp" },
    { 512, "exec", "biff" }, { 513, "login", "who" }, { 514, "shell", "syslog" }, { 515, "printer", NULL },
    { 520, NULL, "route" }, { 546, NULL, "dhcpv6-client" }, { 547, NULL, "dhcpv6-server" }, { 554, "rtsp", "rtsp" },
    { 587, "submission", NULL }, { 623, NULL, "asf-rmcp" }, { 631, "ipp", NULL }, { 636, "ldaps", "ldaps" },
    { 646, "ldp", "ldp" }, { 853, "domain-s", "domain-s" }, { 873, "rsync", NULL }, { 989, "ftps-data", NULL },
    { 990, "ftps", NULL }, { 993, "imaps", NULL }, { 995, "pop3s", NULL }, { 1080, "socks", NULL },
    { 1194, "openvpn", "openvpn" }, { 1433, "ms-sql-s", NULL }, { 1812, "radius", "radius" },
    { 1813, "radius-acct", "radius-acct" }, { 2049, "nfs", "nfs" }, { 3260, "iscsi-target", NULL }, { 3306, "mysql", NULL },
    { 3389, "ms-wbt-server", NULL }, { 4369, "epmd", NULL }, { 5060, "sip", "sip" }, { 5061, "sip-tls", "sip-tls" },
    { 5222, "xmpp-client", NULL }, { 5353, NULL, "mdns" }, { 5432, "postgresql", NULL }, { 5672, "amqp", NULL },
    { 6000, "x11", NULL }, { 6379, "redis", NULL }, { 6514, "syslog-tls", NULL }, { 8080, "http-alt", NULL },
    { 9418, "git", NULL }, { 10050, "zabbix-agent", NULL }, { 10051, "zabbix-trapper", NULL },
};

const char *service_name(uint16_t port, unsigned protocol)
{
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++)
        if (services[i].port == port) return protocol == PROTO_UDP ? services[i].udp : services[i].tcp;
    return NULL;
}

int service_port(const char *name, unsigned protocol)
{
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
        const char *own = protocol == PROTO_UDP ? services[i].udp : services[i].tcp;
        if (own && !strcmp(own, name)) return services[i].port;
    }
    return -1;
}
