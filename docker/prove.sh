#!/usr/bin/env bash
# Builds and tries the images of docker/Dockerfile where no Docker engine and no image registry is at hand.
#
#   docker/prove.sh lint     hadolint, compose, Kubernetes, GitHub and GitLab files, and whether versions agree: quick
#   docker/prove.sh cpu      builds target cpu and runs it, with the network cut, as every kind of user
#   docker/prove.sh cuda     the same for target cuda, as far as it goes without a GPU; 3 GB to fetch
#   docker/prove.sh clean    removes what the proofs left in $PROVE_DIR
#
# cpu and cuda need root, debootstrap, buildah, podman and runc (Debian: apt-get install debootstrap buildah podman runc), and a network for
# packages while the image is built. The two images from which the Dockerfile starts are stood in for: debian by debootstrap's smallest
# system of the same release, golang by this machine's own Go. What the machine needs to reach its package registries (certificates,
# pip.conf, proxy variables) goes with them. Everything else is the Dockerfile as it is, built by buildah from what git has of the last commit.
#
# PROVE_DIR (default /var/tmp/gopets-prove) holds images and logs: 8 GB for cpu, 20 GB for cuda.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
dir=${PROVE_DIR:-/var/tmp/gopets-prove}
store=(--root "$dir/storage" --runroot "$dir/run" --storage-driver overlay)

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
need() { for tool; do command -v "$tool" >/dev/null || fail "$tool is not here: see the head of docker/prove.sh"; done; }
argument() { sed -n "s/^ARG $1=//p" docker/Dockerfile; }

# The stand-ins.

debian() {
  buildah "${store[@]}" inspect --type image localhost/debian >/dev/null 2>&1 && return
  step "a clean Debian $1, in the place of $(argument DEBIAN_IMAGE)"
  rm -rf "$dir/debian"
  debootstrap --variant=minbase "$1" "$dir/debian" >"$dir/debootstrap.log"
  rm -rf "$dir/debian/var/cache/apt/archives/"*.deb "$dir/debian/var/lib/apt/lists/"*
  # As in the official image, which installs no documentation and keeps no archives.
  install -D -m 0644 /dev/stdin "$dir/debian/etc/apt/apt.conf.d/docker-clean" <<<'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };'
  for file in /etc/pip.conf /usr/local/share/ca-certificates; do
    if [ -e "$file" ]; then mkdir -p "$dir/debian$(dirname "$file")" && cp -rT "$file" "$dir/debian$file"; fi
  done
  scratch localhost/debian "$dir/debian" /
  rm -rf "$dir/debian"
}

golang() {
  buildah "${store[@]}" inspect --type image localhost/golang >/dev/null 2>&1 && return
  step "this machine's $(go env GOVERSION), in the place of $(argument GO_IMAGE)"
  case $(argument GO_IMAGE) in golang:"$(go env GOVERSION | sed s/go//)"-*) ;; *) fail "the Dockerfile names another Go: $(argument GO_IMAGE)" ;; esac
  scratch localhost/golang "$(go env GOROOT)" /usr/local/go
}

# scratch NAME FOLDER PLACE makes an image that holds a folder.
scratch() {
  local container
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" copy -q "$container" "$2" "$3" >/dev/null
  buildah "${store[@]}" commit -q "$container" "$1" >/dev/null
  buildah "${store[@]}" rm "$container" >/dev/null
}

build() {
  need debootstrap buildah podman runc go git
  mkdir -p "$dir"
  debian trixie
  golang
  rm -rf "$dir/context"
  mkdir "$dir/context"
  git archive HEAD | tar -x -C "$dir/context"
  step "building target $1"
  # --isolation chroot asks nothing of the machine's control groups; --format docker keeps the health check.
  time buildah "${store[@]}" build --isolation chroot --network host --pull-never --layers --format docker --target "$1" -t "localhost/gopets:$1" \
    --build-arg DEBIAN_IMAGE=localhost/debian --build-arg GO_IMAGE=localhost/golang \
    --ignorefile docker/Dockerfile.dockerignore -f docker/Dockerfile "$dir/context" >"$dir/build-$1.log" 2>&1 ||
    { tail -n 60 "$dir/build-$1.log"; fail "the build; its whole log is $dir/build-$1.log"; }
  buildah "${store[@]}" images
}

case ${1-} in
cpu | cuda) build "$1" ;;
*) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
esac
