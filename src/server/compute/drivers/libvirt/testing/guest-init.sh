#!/bin/busybox sh
# First program of the test guest: devices, address, cloud-init's data, agent, a shell on the screen.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/sbin
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
while read -r module; do insmod "$module"; done < /modules.list

tries=0
while [ ! -e /dev/sr0 ] && [ $tries -lt 20 ]; do sleep 0.1; tries=$((tries + 1)); done
if mount -t iso9660 -o ro /dev/sr0 /seed 2>/dev/null; then
  hostname "$(sed -n 's/^local-hostname: *//p' /seed/meta-data | tr -d '"')"
fi

# Its own partition: the agent freezes what is on disks.
mkdir -p /boot && mount -t ext4 /dev/vda1 /boot

acpid -l /dev/null
ifconfig lo 127.0.0.1 up
tries=0
while [ ! -e /sys/class/net/eth0 ] && [ $tries -lt 20 ]; do sleep 0.1; tries=$((tries + 1)); done
ifconfig eth0 up
udhcpc -i eth0 -b -t 60 -T 1 -s /etc/dhcp.sh -x "hostname:$(hostname)" >/dev/null 2>&1 &

for port in /sys/class/virtio-ports/*; do
  if [ "$(cat "$port/name" 2>/dev/null)" = org.qemu.guest_agent.0 ]; then
    qemu-ga --method=virtio-serial --path="/dev/${port##*/}" --logfile=/var/log/qemu-ga.log --statedir=/run --pidfile=/run/qemu-ga.pid --daemonize
  fi
done

printf '%s is up and writes to its serial port\n' "$(hostname)" > /dev/ttyS0
printf '\033[2J\033[H%s is up\n' "$(hostname)" > /dev/tty1
while :; do setsid cttyhack sh -c 'PS1="# " exec sh' < /dev/tty1 > /dev/tty1 2>&1; done
