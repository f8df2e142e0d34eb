#!/bin/sh
# What this machine's GPU does with a ResNet-34 in gopets: is it right, and how fast beside PyTorch?
#
#   docker/gpu-check.sh build          builds bin/gpucheck for Linux on x86-64 (needs Go and gcc)
#   docker/gpu-check.sh [FLAGS]        runs it, building it first if it is not there
#   docker/gpu-check.sh --cpu [FLAGS]  rehearses the same with XLA's CPU plugin, small
#   docker/gpu-check.sh --help         the flags
#
# The run needs no network and no Go: carry this script and bin/gpucheck to the machine. It finds the CUDA
# plugin in the Python there (jax's), or takes the one given with --plugin.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
binary=$root/bin/gpucheck
limit=67108864 # bytes that the binary may take, to be carried easily

build() {
	command -v go >/dev/null || {
		echo "gpu-check: no Go here; build bin/gpucheck on a machine with Go and gcc (docker/gpu-check.sh build) and carry it along" >&2
		exit 1
	}
	echo "gpu-check: building $binary" >&2
	(cd "$root" && GOOS=linux GOARCH=amd64 CGO_ENABLED=1 go build -trimpath -ldflags='-s -w' -o "$binary" ./docker/internal/gpucheck)
	size=$(wc -c <"$binary")
	if [ "$size" -ge "$limit" ]; then
		echo "gpu-check: $binary has $size bytes, more than the $limit that are to be carried" >&2
		exit 1
	fi
	echo "gpu-check: $size bytes" >&2
}

case ${1-} in
build)
	build
	exit
	;;
run) shift ;;
esac
[ -x "$binary" ] || build
exec "$binary" "$@"
