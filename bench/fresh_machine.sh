#!/bin/sh
# The README's promise, tried: an empty Debian 12 with git and Python, an ordinary user, a clone, the two commands. Tells the minutes.
#
#   sudo bench/fresh_machine.sh [FOLDER]     needs debootstrap; FOLDER is made anew and removed at the end (KEEP=1 leaves it)
#
# Of this machine it takes along where packages come from (mirror, certificates, pip's and npm's settings), and nothing else.
set -eu

if [ "${1:-}" != --inside ]; then
    here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
    [ "$(id -u)" = 0 ] || { echo "Making a machine takes root: sudo $0" >&2; exit 1; }
    command -v debootstrap >/dev/null || { echo "Missing here: apt-get install debootstrap" >&2; exit 1; }
    folder=${1:-$(mktemp -d)}
    mkdir -p "$folder"
    [ -z "$(ls -A "$folder")" ] || { echo "$folder is not empty." >&2; exit 1; }
    # In a world of mounts and processes of its own: whatever happens, none outlives it.
    code=0
    unshare --mount --pid --fork "$0" --inside "$here" "$folder" || code=$?
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$folder"
    exit "$code"
fi

here=$2
machine=$3
minutes() { echo "$1" | awk '{ printf "%d min %02d s", $1 / 60, $1 % 60 }'; }
tell() { printf '%-58s %s\n' "$1" "$2"; }

mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \([^[ ]*\) .*/\1/p' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
began=$(date +%s)
debootstrap --variant=minbase --include=git,python3,ca-certificates bookworm "$machine" "$mirror" >"$machine.log" 2>&1 ||
    { tail -n 5 "$machine.log" >&2; exit 1; }
rm -f "$machine.log"
for part in resolv.conf hosts pip.conf npmrc ssl/certs/ca-certificates.crt apt/apt.conf.d; do
    [ ! -e "/etc/$part" ] || cp -rfL "/etc/$part" "$machine/etc/$(dirname "$part")/"
done
rm -f "$machine"/etc/apt/apt.conf.d/*docker* "$machine"/etc/apt/apt.conf.d/*packagekit* "$machine"/etc/apt/apt.conf.d/*appstream*
cp -f /etc/apt/sources.list.d/*.sources "$machine/etc/apt/sources.list.d/" 2>/dev/null && rm -f "$machine/etc/apt/sources.list"
mount --make-rprivate /
mount -t proc proc "$machine/proc"
mount --rbind /dev "$machine/dev"
mount -t tmpfs -o mode=1777 shm "$machine/dev/shm"
chroot "$machine" useradd --create-home ada
git -C "$here" bundle create -q "$machine/home/ada/candor.bundle" HEAD
tell "An empty Debian with git and Python" "$(minutes $(($(date +%s) - began)))"

# ada SHELL-COMMAND: as a newcomer types it, in a clean home.
ada() { chroot --userspec=ada:ada "$machine" env -i HOME=/home/ada USER=ada LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin sh -c "cd && $1"; }

# typed COMMAND: runs it; when it names packages to install, the machine's owner types exactly that line, and it is typed again.
typed() {
    while ! ada "$1" >"$machine/tmp/said" 2>&1; do
        asked=$(sed -n 's/^ *sudo \(apt-get install .*\)/\1/p' "$machine/tmp/said" | head -n 1)
        if [ -z "$asked" ] || [ "$asked" = "${before:-}" ]; then
            cat "$machine/tmp/said"
            exit 1
        fi
        before=$asked
        started=$(date +%s)
        chroot "$machine" sh -c "apt-get update -q && $asked -q -y --no-install-recommends" >"$machine/tmp/apt" 2>&1 ||
            { tail "$machine/tmp/apt"; exit 1; }
        tell "  it asked for: sudo $asked" "$(minutes $(($(date +%s) - started)))"
    done
}

# starts: `bin/run` until it can be used, then Ctrl-C.
starts() {
    cat <<'SHELL'
cd candor
sh -c 'exec bin/run' >/tmp/run 2>&1 &
for _ in $(seq 1 1200); do
    grep -q 'Ctrl-C stops it' /tmp/run && break
    kill -0 $! 2>/dev/null || break
    sleep 0.5
done
grep -q 'Ctrl-C stops it' /tmp/run || { cat /tmp/run; exit 1; }
python3 -c 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8000/readyz").read())'
kill -INT $!
wait $!
SHELL
}

ada 'git -c advice.detachedHead=false clone -q candor.bundle candor'
for time in first second; do
    began=$(date +%s)
    typed "$(starts)"
    tell "bin/run, the $time time: started, answered, stopped" "$(minutes $(($(date +%s) - began)))"
done
began=$(date +%s)
typed 'cd candor && bin/test'
tail -n 3 "$machine/tmp/said"
tell "bin/test" "$(minutes $(($(date +%s) - began)))"
