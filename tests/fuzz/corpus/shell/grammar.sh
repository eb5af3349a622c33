# SPDX-License-Identifier: GPL-3.0-or-later
set +u
for f in /proc/sys/net/ipv4/tcp_*mem; do
  x=$(cat $f | tr '\t' ' ' | cut -d' ' -f1) || continue
  if [ "${x:-0}" -gt 0 ] && test -f "$f"; then echo "${f##*/} $((x << 1))"; else break; fi
done | sort -k2nr | uniq -c | head -n 2
cat <<A <<-'B' | grep -n 'a\|$' | awk '$1 ~ /1/ { print $2, NR "x" $NF }'
a $x `echo b`
A
	c
	B
i=0; while [ $i != 3 ]; do i=$((i+1)); (exit $i) || echo $? >> /tmp/o; done 2>&1
{ read a b; echo "${b:-none}" >&2; } <<< "1 2 3" 2>/dev/null
! false && timeout 0.5 sleep 1 || printf '%s\n' "$?" | tee /tmp/p
sh -c 'echo a; exit 2' || ping -c1 -W 0.1 127.0.0.1 | tail -2
