"""What docker/prove.sh runs in a container beside JupyterLab: start the Go kernel through the server, as the page does, and use it."""

import json
import pathlib
import sys
import time
import urllib.request

import websocket
from jupyter_client.session import Session
from jupyter_core.paths import jupyter_runtime_dir

PATIENCE = 240  # seconds for an answer, on a machine that has other things to do


def server():
    (file,) = pathlib.Path(jupyter_runtime_dir()).glob("jpserver-*.json")
    info = json.loads(file.read_text())
    return f"localhost:{info['port']}{info['base_url']}", info["token"]


def request(place, token, method="GET", body=None):
    call = urllib.request.Request(f"http://{place}", method=method, data=body and json.dumps(body).encode(), headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(call, timeout=PATIENCE) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Kernel:
    def __init__(self, place, token):
        self.id = request(place + "api/kernels", token, "POST", {"name": "gonb"})["id"]
        self.socket = websocket.create_connection(f"ws://{place}api/kernels/{self.id}/channels?token={token}", timeout=PATIENCE)
        self.session = Session()

    def ask(self, kind, channel, content):
        """Sends a request; returns its reply and what was published for it until the kernel was idle again."""
        message = self.session.msg(kind, content)
        message.update(channel=channel, buffers=[])
        self.socket.send(json.dumps(message, default=str))
        reply, published, idle = None, [], False
        limit = time.monotonic() + PATIENCE
        while not (reply and idle):
            if time.monotonic() > limit:
                sys.exit(f"{kind}: no answer within {PATIENCE} s")
            answer = json.loads(self.socket.recv())
            if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if answer["channel"] == "iopub":
                published.append(answer)
                idle = idle or answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle"
            else:
                reply = answer["content"]
        return reply, published

    def execute(self, code):
        begun = time.monotonic()
        reply, published = self.ask("execute_request", "shell", {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True})
        texts = [p["content"].get("text") or p["content"].get("data", {}).get("text/plain", "") for p in published if p["msg_type"] in ("stream", "execute_result", "display_data")]
        assert reply["status"] == "ok", reply
        return "".join(texts), time.monotonic() - begun


def complete(kernel, code):
    """Asks until there is an answer: gopls reads the workspace first, and the kernel waits for it no longer than a user would."""
    limit = time.monotonic() + PATIENCE
    while True:
        reply, _ = kernel.ask("complete_request", "shell", {"code": code, "cursor_pos": len(code)})
        if reply["matches"] or time.monotonic() > limit:
            return reply["matches"]
        time.sleep(1)


def main():
    place, token = server()
    specs = request(place + "api/kernelspecs", token)["kernelspecs"]
    assert "gonb" in specs, f"JupyterLab offers no Go kernel, but {sorted(specs)}"
    kernel = Kernel(place, token)
    text, first = kernel.execute('import "gopets/pets"\n\n%%\npets.ShowEngine()')
    assert "XLA" in text or "xla" in text, text
    value, second = kernel.execute("6 * 7")
    assert "42" in value, value
    matches = complete(kernel, 'import "gopets/pets"\n\n%%\npets.GetIm')
    assert any("GetImageFiles" in m for m in matches), matches
    request(f"{place}api/kernels/{kernel.id}", token, "DELETE")
    print(f"JupyterLab: {text.splitlines()[0]}; first cell {first:.1f} s, second {second:.1f} s, completion {matches}")


main()
