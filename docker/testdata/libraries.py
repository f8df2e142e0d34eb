"""What docker/prove.sh runs in a cuda image without a GPU: does every library find what it needs, but for what the host brings?"""

import glob
import os
import subprocess
import sys

SITE = "/opt/venv/lib/python3.13/site-packages"
# The driver's, and those of the networks between machines that NVSHMEM's transports are for.
HOSTS = ("libcuda.so.1", "libnvidia-ml.so.1", "libmlx5.so", "libibverbs.so", "libfabric.so", "libmpi.so", "libucp.so", "libucs.so", "liboshmem.so", "libpmix.so")

libraries = sorted(glob.glob(SITE + "/nvidia/*/lib/*.so*")) + glob.glob(SITE + "/jax_plugins/*/xla_cuda_plugin.so")
folders = ":".join(sorted({os.path.dirname(path) for path in libraries}))
wanting, bad = set(), []
for path in libraries:
    text = subprocess.run(["python3", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", path], env={**os.environ, "LD_LIBRARY_PATH": folders},
                          capture_output=True, text=True).stderr.strip().splitlines()
    if text and not text[-1].startswith("I0000"):
        host = [name for name in HOSTS if name in text[-1]]
        if host:
            wanting.add(f"{os.path.basename(path)} ({host[0]})")
        elif "OSError" in text[-1]:
            bad.append(text[-1])
print(len(libraries), "libraries;", len(wanting), "want what the host brings:", *sorted(wanting))
sys.exit("\n".join(bad) or 0)
