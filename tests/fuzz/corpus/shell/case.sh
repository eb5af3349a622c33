# SPDX-License-Identifier: GPL-3.0-or-later
for x in a 'b c' "$(nproc)"; do
  case $x in (a|b*) [[ $x == b* && ! -z $x ]] || continue;; [0-9]*) break ;; *) ;; esac
done
case $(echo x) in $(echo y)) echo;; x) (exit 3) esac
[[ ( -f /proc/uptime || $x -lt 3 ) && ab =~ ^(a|b)+$ ]] && echo `case a in a) echo b;; esac`
x='*'; [[ "*" == "$x" ]]; echo ${x#"*"}; case a in
while [[ -n $x ]]; do x=; sleep 0.1; done
ls -la /sys; cat -A /proc/uptime; grep -rC2 -m3 0 /proc/sys/net/core | sort -hV | uniq -f1 -s2 -w3; head -n2 /proc/uptime /tmp
timeout -k 1 0.1 sh -c 'while true; do sleep 1; done'; ping -D -O -c2 -i.1 -W.1 localhost; sleep infinity
