#!/usr/bin/env bash
# What this machine's GPU does with the lesson: is it right, how fast beside PyTorch, how long does the whole schedule take?
#
#   docker/gpu-check.sh build [FOLDER]   on a machine with Go and gcc, makes FOLDER (bin/gpu-check): this script, a program for
#                                        Linux on x86-64 and a Python file, to be carried to the machine with the GPU
#   FOLDER/gpu-check.sh [FLAGS]          runs all parts there, in under ten minutes: no Go, no network, only bash and python3
#   FOLDER/gpu-check.sh --cpu            runs all parts small on XLA's CPU plugin
#   FOLDER/gpu-check.sh --parity | --speed | --torch | --lesson    runs parts alone
#   FOLDER/gpu-check.sh --help           lists the flags
#
# The CUDA plugin is jax's, in the Python that is on PATH, or the one given with --plugin. A part that does not end in its time
# is ended; log, results and table are in ./gpu-check-out, or in --out.
set -eu

here=${BASH_SOURCE[0]%/*}
[ "$here" = "${BASH_SOURCE[0]}" ] && here=.
limit=60000000 # bytes that the folder may take, to be carried easily

build() {
	root=$(cd "$here/.." && pwd)
	folder=${1:-$root/bin/gpu-check}
	command -v go >/dev/null || {
		echo "gpu-check: no Go here: build the folder on a machine with Go and gcc, and carry it along" >&2
		exit 1
	}
	mkdir -p "$folder"
	(cd "$root" && GOOS=linux GOARCH=amd64 CGO_ENABLED=1 go build -ldflags='-s -w' -o "$folder/gpucheck" ./docker/internal/gpucheck)
	cp "$root/docker/gpu-check.sh" "$root/docker/internal/gpucheck/pytorch_rates.py" "$folder/"
	size=$(cat "$folder"/* | wc -c)
	if [ "$size" -ge "$limit" ]; then
		echo "gpu-check: $folder has $size bytes, limit is $limit" >&2
		exit 1
	fi
	echo "gpu-check: $folder, $size bytes" >&2
}

case ${1-} in
build)
	shift
	build "$@"
	exit
	;;
esac
if [ ! -x "$here/gpucheck" ]; then # in a clone
	build
	here=$folder
fi
export HOME="${HOME:-${TMPDIR:-/tmp}}" # of caches
exec "$here/gpucheck" "$@"
