#!/bin/sh
# What docker/prove.sh runs inside of containers.
set -eu

# unbuilt says what the go command would compile or link if a program were asked for again, with the flags that nb gives.
unbuilt() {
	(cd /opt/gopets && GOPROXY=off GOFLAGS="'-ldflags=-s -w'" go build -x -o "$1" "$2" 2>&1 | grep -E '/(compile|link|cgo) ' || true)
}

case $1 in
headless) # the pets notebook of the image, small
	[ "$(id -u)" = 1000 ]
	[ -z "$(unbuilt /opt/cache/gopets/bin/pets-worker-*[!k] ./pets/worker)" ]
	[ -z "$(unbuilt /opt/cache/gopets/bin/gonb github.com/janpfeifer/gonb)" ]
	stat -c '%n %Y' /opt/cache/gopets/pjrt/results/* >/tmp/before
	cd /notebooks
	nb run pets.ipynb --report runs/junit.xml -p source=sample-small -p size1=64 -p size2=64 -p epochs1=1 -p epochs2=1 -p epochs3=1 -p epochs4=1
	# The plugin was not tried again.
	stat -c '%n %Y' /opt/cache/gopets/pjrt/results/* >/tmp/after
	diff /tmp/before /tmp/after
	ls -l runs runs/pets-* /data /data/models
	grep -q '<testcase' runs/junit.xml
	grep -q 'engine: XLA on the CPU' runs/pets-*/pets.ipynb
	;;
photos) # a few of the images that another container left in the volume, for a user's notebook
	ls /data/models
	find /data/data/pets-sample-small-v*/images -name '*_1.jpg' -o -name '*_2.jpg' -o -name '*_3.jpg' -o -name '*_4.jpg' | sort | head -n 16 |
		xargs -I FILE install -o 4321 -m 0644 FILE photos/
	;;
shelf) # the build cache after five days and more, when the go command cleans up
	count() { find "$GOCACHE" -type f -name '*-d' | wc -l; }
	before=$(count)
	# Built today, nothing in it is old enough to be cleaned up; what matters is that nothing ever will be.
	[ -z "$(find "$GOCACHE" -type f -name '*-[ad]' -not -newermt 2099-01-01)" ]
	echo 1000000000 >"$GOCACHE/trim.txt"
	cd /opt/gopets
	GOPROXY=off go build ./pets ./plots
	[ "$(cat "$GOCACHE/trim.txt")" != 1000000000 ] # it did clean up
	echo "build cache: $before files before, $(count) after"
	[ "$(count)" -ge "$before" ]
	;;
server) # what tini started
	kill "-$2" "$(cut -d ' ' -f 1 /proc/1/task/1/children)"
	;;
esac
