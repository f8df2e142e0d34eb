"""Is JupyterLab well? For the image's HEALTHCHECK.

Asks every Jupyter server of this user for its version, wherever it listens and whatever its base URL is. A container that runs
something else (docker run … nb run …) has no server to ask, and is well as long as it lives.
"""

import json
import os
import pathlib
import re
import ssl
import sys
import urllib.request

from jupyter_core.paths import jupyter_runtime_dir


def lives(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def ask(server):
    host = server["hostname"]
    if host in ("0.0.0.0", "::", ""):
        host = "localhost"
    scheme = "https" if server["secure"] else "http"
    context = ssl.create_default_context()
    # It is this very container that is asked, by a name that its certificate does not bear.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    url = f"{scheme}://{host}:{server['port']}{server['base_url']}api"
    # No proxy stands between a container and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(url, timeout=5) as answer:
        return url, json.load(answer)["version"]


def starts_jupyter(command):
    """Whether a command line, perhaps tini's with the real one behind it, starts a Jupyter server."""
    return any(re.fullmatch(r"jupyter(-lab|-notebook|-server|hub-singleuser)?", os.path.basename(word)) for word in command)


def main():
    servers = []
    for file in sorted(pathlib.Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        server = json.loads(file.read_text())
        if lives(server["pid"]):
            servers.append(server)
    if not servers and starts_jupyter(pathlib.Path("/proc/1/cmdline").read_text(errors="replace").split("\0")):
        print("JupyterLab was started, but no server is there")
        return 1
    for server in servers:
        try:
            print("%s: Jupyter server %s" % ask(server))
        except Exception as error:
            print(f"the server at port {server['port']} does not answer: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
