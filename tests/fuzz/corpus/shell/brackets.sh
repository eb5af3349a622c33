echo 'a[b' | grep '[' || grep '[^' /dev/null || grep '[]' /dev/null || grep 'a[[:alpha:]' /dev/null
echo ab | tr '[:lower:]' '\101-\132' | cut -c1-1 | grep -e A -c
sudo nohup command ping -c 1 -w 2000000000 127.0.0.1
printf '%.9999d %s\n' 1 x | while read a b 2>/dev/null; do echo $b; done >> /tmp/f
