"""Runs the notebooks whose paths come in, a line each, with nbclient, and says in a line of JSON for each what came of it.

usage: run.py FOLDER    the kernels' working directories are made in FOLDER, each a copy of the folder files there
"""
import json
import shutil
import signal
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


class Stuck(BaseException):
    """nbclient waits for ever: seen at widgets, about once in four runs on a busy machine. It often succeeds when run again."""


def stuck(signum, frame):
    raise Stuck


def run(path, cwd):
    nb = nbformat.read(path, as_version=4)
    status = {}
    client = NotebookClient(
        nb,
        resources={"metadata": {"path": str(cwd)}},
        on_cell_execute=lambda cell, cell_index: status.update({cell.id: "started"}),
        on_cell_executed=lambda cell, cell_index, execute_reply: status.update({cell.id: execute_reply["content"]["status"]}),
        iopub_timeout=60,  # or nbclient loses outputs on a machine under load
        **nb.metadata.get("nbclient", {}),
    )
    outcome, ename = "", ""
    signal.alarm(30)
    try:
        client.execute()
    except Stuck:
        outcome = "Stuck"
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as e:
        outcome, ename = type(e).__name__, getattr(e, "ename", "")
    finally:
        signal.alarm(0)
    files = sorted(f.name for f in cwd.iterdir())
    return {"notebook": nb, "status": status, "outcome": outcome, "ename": ename, "files": files}


signal.signal(signal.SIGALRM, stuck)
folder = Path(sys.argv[1])
for path in map(str.strip, sys.stdin):
    for attempt in range(2):
        cwd = folder / "runs" / Path(path).stem / str(attempt)
        shutil.copytree(folder / "files", cwd)
        outcome = run(path, cwd)
        if outcome["outcome"] != "Stuck":
            break
    print(json.dumps(outcome), flush=True)
