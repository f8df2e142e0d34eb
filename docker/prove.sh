#!/usr/bin/env bash
# Builds and tests the images of docker/Dockerfile without a Docker engine and an image registry.
#
#   docker/prove.sh cpu      builds target cpu and runs it, with the network cut, as every kind of user
#   docker/prove.sh cuda     builds target cuda and tests its libraries, as far as possible without a GPU; 2 GB to fetch
#   docker/prove.sh clean    removes what the others left in $PROVE_DIR
#
# docker/lint.sh checks the files alone. cpu and cuda need root, debootstrap, buildah, podman and runc (Debian: apt-get install debootstrap
# buildah podman runc), and a network for packages while the image is built. The two images from which the Dockerfile starts are replaced: debian by debootstrap's smallest
# system of the same release, golang by this machine's Go. What the machine needs to reach its package registries (certificates,
# pip.conf, proxy variables) goes with them. Everything else is the Dockerfile as it is, built by buildah from what git has of the last commit.
#
# PROVE_DIR (default /var/tmp/gopets-prove) holds images and logs: 8 GB for cpu, 20 GB for cuda.
set -euo pipefail
cd "$(dirname "$0")/.."
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

# The tries. Every container has its network cut.

podman_() { DISABLE_HC_SYSTEMD=true podman "${store[@]}" --tmpdir "$dir/tmp" --cgroup-manager cgroupfs --events-backend none --runtime runc "$@"; }

# in_image IMAGE [OPTION…] -- COMMAND… runs one container. Podman would raise the limits, which not every sandbox lets it do.
limits=(--ulimit nofile=8192:8192 --ulimit nproc=8192:8192)
in_image() {
  local image=localhost/gopets:$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  podman_ run --rm --no-healthcheck --network none "${limits[@]}" -v "$PWD/docker/testdata:/prove:ro" "${options[@]}" "$image" "$@"
}

try_headless() {
  step "the pets notebook, headless, as the image's user, with an empty volume"
  podman_ volume create gopets-data >/dev/null
  time in_image "$1" -v gopets-data:/data -- sh /prove/inside.sh headless >"$dir/headless.log" 2>&1 || { tail -n 40 "$dir/headless.log"; fail "the notebook"; }
  tail -n 30 "$dir/headless.log"
}

try_own() {
  step "a user's notebook outside of the module, in a mounted folder of user 4321"
  install -d -o 4321 -g 4321 "$dir/own" "$dir/own/photos" "$dir/home" "$dir/data"
  install -o 4321 -m 0644 docker/testdata/own.ipynb "$dir/own"
  # The volume outlived its container, whose images are the photos.
  in_image "$1" --user 0 -v gopets-data:/data -v "$dir/own:/notebooks" -- sh /prove/inside.sh photos
  # A home folder and a volume that are mounted empty hide nothing that was installed.
  time in_image "$1" --user 4321:0 -v "$dir/own:/notebooks" -v "$dir/data:/data" -v "$dir/home:/home/gopets:ro" -- nb run own.ipynb
  [ "$(stat -c %u "$dir/own/runs/"*/own.ipynb)" = 4321 ] || fail "the executed notebook does not belong to user 4321"
  [ -s "$dir/data/models/own.safetensors" ] || fail "the model is not in the volume"
}

try_doctor() {
  step "nb doctor, and what it says of a volume that is somebody else's"
  in_image "$1" -- nb doctor
  install -d -m 0755 "$dir/foreign"
  if in_image "$1" -v "$dir/foreign:/data" -- nb doctor >"$dir/foreign.log"; then fail "nothing is found wrong with a volume that cannot be written"; fi
  grep -A 1 'data folder' "$dir/foreign.log"
}

try_shelf() {
  step "an image that lay on its shelf keeps its build cache"
  in_image "$1" -- sh /prove/inside.sh shelf
}

try_lab() {
  step "JupyterLab: health, the Go kernel through the server, an end in order"
  podman_ rm -f gopets-lab >/dev/null 2>&1 || true
  podman_ run -d --name gopets-lab --network none "${limits[@]}" -v "$PWD/docker/testdata:/prove:ro" "localhost/gopets:$1" >/dev/null
  local well=
  for _ in $(seq 120); do
    if podman_ healthcheck run gopets-lab >/dev/null 2>&1; then well=yes && break; fi
    sleep 2
  done
  [ "$well" ] || { podman_ logs gopets-lab 2>&1 | tail -n 20; fail "JupyterLab never got well"; }
  podman_ exec gopets-lab python3 /opt/gopets/docker/healthcheck.py
  podman_ exec gopets-lab python3 /prove/lab.py
  podman_ exec gopets-lab sh /prove/inside.sh server STOP
  if podman_ healthcheck run gopets-lab >/dev/null 2>&1; then fail "a server that does not answer is called healthy"; fi
  podman_ exec gopets-lab sh /prove/inside.sh server CONT
  podman_ stop -t 60 gopets-lab >/dev/null
  [ "$(podman_ inspect -f '{{.State.ExitCode}}' gopets-lab)" != 137 ] || fail "JupyterLab had to be killed"
  podman_ rm gopets-lab >/dev/null
  in_image "$1" -- python3 /opt/gopets/docker/healthcheck.py || fail "a container without JupyterLab is called ill"
}

try_gpu() {
  step "CUDA's plugin and libraries, as far as they go without a GPU"
  in_image cuda -- python3 /prove/libraries.py
  # A device file alone is not a GPU: the plugin is found and tried, and the CPU takes its place.
  in_image cuda --user 0 -- sh -c 'touch /dev/nvidia0; nb doctor' | tee "$dir/gpu.log" | grep -E 'engine|CUDA|XLA' || true
  grep -q xla_cuda_plugin.so "$dir/gpu.log" || fail "the plugin is not found"
  if in_image cuda -e GOMLX_BACKEND=xla:cuda -- nb doctor >"$dir/forced.log"; then fail "without a GPU xla:cuda is not refused"; fi
  grep engine "$dir/forced.log"
}

clean() {
  podman_ rm -fa >/dev/null 2>&1 || true
  umount -R "$dir/storage/overlay" 2>/dev/null || true
  rm -rf "$dir"
}

case ${1-} in
cpu | cuda)
  build "$1"
  "$0" "try-$1"
  ;;
try-cpu | try-cuda) # again, with the image that is there
  target=${1#try-}
  podman_ volume rm -f gopets-data >/dev/null 2>&1 || true
  rm -rf "${dir:?}"/{own,home,data,foreign}
  tries=(try_headless try_own try_doctor try_shelf try_lab)
  if [ "$target" = cuda ]; then tries=(try_doctor try_shelf try_gpu); fi # the rest is cpu's
  for try in "${tries[@]}"; do "$try" "$target"; done
  step "passed: $(podman_ images --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep "gopets:$target")"
  ;;
clean) clean ;;
*) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
esac
