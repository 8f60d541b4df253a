#!/usr/bin/env bash
# The engine beside the peers on workload A: ./run.sh [SIZE:ROUNDS:ALTERNATIVE,ALTERNATIVE,...]...
#
# The peers are not part of this repository: their folder is $REFERRAL_SHARED/bench, by default ../shared/bench beside it. They are
# built in $PEERBENCH (~/.cache/referral-peers), with a virtual environment and the data; what is there is used as it is.
# SKIP_BUILD=1 takes our program as it is, too. MODE=parquet counts reading the files. See compare.py.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export PEERS=${REFERRAL_SHARED:-$root/../shared}/bench
export PEERBENCH=${PEERBENCH:-$HOME/.cache/referral-peers}
target=${CARGO_TARGET_DIR:-$root/target}/peers
export REFERRAL_PEER=$target/release/referral-peer

[ -f "$PEERS/WORKLOAD.md" ] || {
    echo "the peers are not at $PEERS: set REFERRAL_SHARED" >&2
    exit 1
}

[ -n "${SKIP_BUILD:-}" ] || (cd "$here" && CARGO_TARGET_DIR=$target cargo build --locked --release --quiet)

if [ ! -x "$PEERBENCH/peers" ]; then
    mkdir -p "$PEERBENCH/rust"
    cp -r "$PEERS/rust/." "$PEERBENCH/rust/"
    chmod -R u+w "$PEERBENCH/rust"
    (cd "$PEERBENCH/rust" && CARGO_TARGET_DIR=$PEERBENCH/target cargo build --release --quiet)
    cp "$PEERBENCH/target/release/peers" "$PEERBENCH/peers"
fi

# The data need Python's packages; so do the peers in Python.
python() {
    if [ ! -x "$PEERBENCH/venv/bin/python" ]; then
        python3 -m venv "$PEERBENCH/venv"
        "$PEERBENCH/venv/bin/pip" install --quiet numpy==2.4.6 pyarrow==26.0.1 pandas==3.1.1 duckdb==2.0.0 polars==2.1.0
    fi
    PYTHONDONTWRITEBYTECODE=1 "$PEERBENCH/venv/bin/python" "$@"
}

plans=("$@")
[ ${#plans[@]} -gt 0 ] || plans=(10000:5:limit-1t,rules 1000000:3:limit-1t,rules)
for plan in "${plans[@]}"; do
    size=${plan%%:*}
    [ -f "$PEERBENCH/data/$size/referrals.parquet" ] || python "$PEERS/python/gen.py" "$size" "$PEERBENCH/data/$size"
done
exec python3 "$here/compare.py" "${plans[@]}"
