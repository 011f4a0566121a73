# Read by run, test and candor: makes .venv from the lock files once, and says nothing when there is nothing to do.
# Sets $root and $python. Nothing but Python 3.11 or newer is asked of the machine.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python

# Packages come from .venv, our code from the checkout, nothing from the folder in which the command is typed.
export PYTHONPATH="$root" PYTHONSAFEPATH=1

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# step "What is being done" command…: one line, a dot every two seconds, the end of its output if it fails.
step() {
    doing=$1
    shift
    output=$(mktemp)
    printf '  %s ' "$doing" >&2
    (while sleep 2 && kill -0 $$ 2>/dev/null; do printf '.' >&2; done) &
    dots=$!
    began=$(date +%s)
    code=0
    "$@" >"$output" 2>&1 </dev/null || code=$?
    kill "$dots" 2>/dev/null || :
    wait "$dots" 2>/dev/null || :
    if [ "$code" != 0 ]; then
        printf ' failed\n' >&2
        tail -n 20 "$output" >&2
        fail "" "The whole output is in $output."
    fi
    printf ' %s s\n' "$(($(date +%s) - began))" >&2
    rm -f "$output"
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

# need_package name…: installs Debian packages as root, else says the one command to type.
need_package() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        step "Installing $*" apt_install "$@"
    else
        fail "Missing on this machine: $*. Type" "" "    sudo apt-get install $*" "" "and then this command again."
    fi
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -q -y --no-install-recommends "$@" ||
        { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; }
}

# get_prometheus: Debian's package, unpacked beside the Python packages and never installed, so that no service of it starts.
# Where it cannot be had, the tests that ask it are skipped and say so.
get_prometheus() {
    if command -v prometheus >/dev/null || [ -x "$venv/prometheus/usr/bin/prometheus" ]; then return; fi
    if ! command -v apt-get >/dev/null || ! unpack_prometheus >/dev/null 2>&1; then
        echo "– Prometheus: its tests are skipped, Debian's package could not be fetched"
    fi
}

unpack_prometheus() (
    folder=$(mktemp -d) || exit
    trap 'rm -rf "$folder"' EXIT
    cd "$folder" || exit
    apt-get download -q prometheus || { [ "$(id -u)" = 0 ] && apt-get update -q && apt-get download -q prometheus; } || exit
    dpkg -x prometheus_*.deb unpacked && mv unpacked "$venv/prometheus"
)

is_set_up() {
    [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$wanted" ] && "$python" -c '' 2>/dev/null
}

# set_up run|dev: the packages Candor needs, or those its tests need as well.
set_up() {
    case $1 in
        run) lock=$root/requirements.lock ;;
        dev) lock=$root/requirements-dev.lock ;;
    esac
    wanted="$root $(cksum <"$lock")"
    is_set_up "$1" && return
    # Of two commands at once the second waits, and then finds the work done.
    exec 9<"$root/bin/setup.sh"
    flock 9 2>/dev/null || :
    if ! is_set_up "$1"; then
        # A checkout that was moved needs a new one: scripts in .venv hold its path.
        if [ "$(cat "$venv/.made-for" 2>/dev/null)" != "$root" ] || ! "$python" -m pip --version >/dev/null 2>&1; then
            [ -w "$root" ] || fail "$root is not yours to write in. Run this once as its owner."
            base=$(find_python) || need_package python3 python3-venv && base=$(find_python) ||
                fail "Candor needs Python 3.11 or newer; this machine's is older."
            "$base" -c 'import ensurepip, venv' 2>/dev/null || need_package python3-venv
            step "Making .venv" "$base" -m venv --clear "$venv"
            printf '%s' "$root" >"$venv/.made-for"
        fi
        [ -w "$venv" ] || fail "$venv is out of date, and not yours to write in. Run this once as its owner."
        step "Installing Python packages, checked against $(basename "$lock")" \
            "$python" -m pip install --disable-pip-version-check --no-input --require-hashes -r "$lock"
        printf '%s' "$wanted" >"$venv/.installed-$1"
    fi
    exec 9<&-
}
