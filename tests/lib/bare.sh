#!/bin/sh
# The proof on a bare Debian 12: README's lines in a fresh clone, on a system that has nothing but minbase.
#
#   bare.sh FOLDER [check|run|packages|shell]     (check unless named)
#
#   check     apt-get install -y make, make check; prints the closing line
#   run       apt-get install -y make, make run; waits for /healthz, or for its end with 0, then stops it
#   packages  only what conf/packages lists for build and check installs
#   shell     a shell there, to look around
#
# FOLDER keeps, between runs and outside the repository, the bare system and the downloaded packages; each proof works on
# a copy that is removed. Only what is committed is proved. Mirror and proxy are what this machine's own apt uses. Needs
# root, debootstrap and git. Mounts and processes live in namespaces of their own and end with it, however it ends.
# Exit: 0 proved; 1 not; 2 usage; 4 the bare system cannot be made.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
suite=bookworm

fail() {
    echo "bare: $1" >&2
    exit "${2:-1}"
}

# ---------------------------------------------------------------- inside the namespaces (called by ourselves, below)

in_bare() { # COMMAND in the bare system's clone
    chroot "$bare" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        sh -c "cd /srv/akta && $1"
}

healthy() {
    curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$port/healthz" 2>/dev/null
}

# `make run` stays in the foreground once there is a window: ask it, then end it as a person would.
run_a_while() {
    port=${PORT:-8099}
    in_bare "make run PORT=$port DATA=/srv/data" &
    pid=$!
    for _ in $(seq "${RUN_LIMIT:-600}"); do
        if healthy; then
            echo "bare: /healthz answers"
            # as a service manager would, and to make itself: only ours is in this process namespace
            for maker in $(pgrep -x make); do kill -TERM "$maker" 2>/dev/null || true; done
            wait $pid || true
            ! healthy || fail "make run was stopped and still answers"
            return 0
        fi
        kill -0 $pid 2>/dev/null || { wait $pid && return 0; return 1; }
        sleep 1
    done
    fail "make run: no answer from /healthz in ${RUN_LIMIT:-600} s"
}

inside() {
    bare=$1 debs=$2 what=$3
    mount -t proc proc "$bare/proc"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$bare/dev/pts"
    mkdir -p "$bare/dev/shm"
    mount -t tmpfs -o mode=1777 shm "$bare/dev/shm"
    mount --bind "$debs" "$bare/var/cache/apt/archives"
    in_bare "apt-get update -qq"
    case $what in
        check) in_bare "apt-get install -y make >/dev/null 2>&1 && make check" ;;
        run) in_bare "apt-get install -y make >/dev/null 2>&1" && run_a_while ;;
        packages) in_bare "sh tests/lib/packages.sh build check && echo 'bare: all packages are there'" ;;
        shell) in_bare "exec sh -i" ;;
    esac
}

if [ "${1:-}" = --inside ]; then
    shift
    inside "$@"
    exit
fi

# ---------------------------------------------------------------- outside: the bare system, its copy, the clone

[ $# -ge 1 ] || fail "usage: bare.sh FOLDER [check|run|packages|shell]" 2
what=${2:-check}
case $what in check | run | packages | shell) ;; *) fail "$what is none of check, run, packages, shell" 2 ;; esac
[ "$(id -u)" = 0 ] || fail "a bare system is made by root" 4
for program in debootstrap git unshare; do
    command -v $program >/dev/null 2>&1 || fail "$program is not installed" 4
done
mkdir -p "$1/debs/partial"
folder=$(cd "$1" && pwd)
case $folder/ in "$root"/*) fail "FOLDER must be outside the repository" 2 ;; esac

# shellcheck disable=SC2016
mirror_of_apt() { # the address from which this machine's apt takes the suite
    apt-get indextargets --format '$(CREATED_BY) $(CODENAME) $(COMPONENT) $(REPO_URI)' |
        awk -v suite=$suite '$1 == "Packages" && $2 == suite && $3 == "main" { print $4; exit }'
}

apt_settings() { # COPY: sources, their keys and how to reach them, as this machine has them
    for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
        /etc/apt/trusted.gpg.d/* /etc/apt/keyrings/*; do
        [ -f "$f" ] || continue
        mkdir -p "$1${f%/*}"
        cp "$f" "$1$f"
    done
    apt-config dump --format '%f "%v";%n' | grep -E '^Acquire::(http|https|Check|Retries|Allow)' >"$1/etc/apt/apt.conf.d/50machine" || true
    for f in /etc/resolv.conf /etc/hosts; do
        [ ! -f "$f" ] || cp -L "$f" "$1$f"
    done
}

if [ ! -d "$folder/$suite" ]; then
    mirror=$(mirror_of_apt)
    [ -n "$mirror" ] || fail "apt knows no main component of $suite: run apt-get update, or add it to apt's sources" 4
    rm -rf --one-file-system "$folder/$suite.part"
    echo "bare: making the bare system, once" >&2
    debootstrap --variant=minbase $suite "$folder/$suite.part" "$mirror" >"$folder/debootstrap.log" 2>&1 ||
        fail "debootstrap failed, see $folder/debootstrap.log" 4
    rm -f "$folder/$suite.part/etc/apt/sources.list"
    apt_settings "$folder/$suite.part"
    mv "$folder/$suite.part" "$folder/$suite"
fi

copy=$(mktemp -d "$folder/proof.XXXXXX")
trap 'rm -rf --one-file-system "$copy"' EXIT
trap 'exit 130' INT TERM HUP
cp -a "$folder/$suite/." "$copy/"
git clone -q --no-hardlinks "$root" "$copy/srv/akta"
echo "bare: $(git -C "$copy/srv/akta" log -1 --format='%h %s'), Debian $(cat "$copy/etc/debian_version")" >&2

if [ "$what" = check ] || [ "$what" = run ]; then
    for said in "apt-get install -y make" "make $what"; do
        grep -qF "$said" "$copy/srv/akta/README.md" 2>/dev/null || fail "README.md does not say: $said"
    done
fi
unshare --mount --pid --mount-proc --fork --kill-child -- sh "$0" --inside "$copy" "$folder/debs" "$what"
