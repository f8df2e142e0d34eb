"""Runs notebooks with nbclient and says, a line of JSON for each, what came of them.

usage: run.py FOLDER NOTEBOOK...    the kernels' working directories are made in FOLDER, from what is there
"""
import json
import shutil
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def run(path, cwd):
    nb = nbformat.read(path, as_version=4)
    status = {}
    client = NotebookClient(
        nb,
        resources={"metadata": {"path": str(cwd)}},
        on_cell_execute=lambda cell, cell_index: status.update({cell.id: "started"}),
        on_cell_executed=lambda cell, cell_index, execute_reply: status.update({cell.id: execute_reply["content"]["status"]}),
        **nb.metadata.get("nbclient", {}),
    )
    outcome, ename = "", ""
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as e:
        outcome, ename = type(e).__name__, getattr(e, "ename", "")
    files = sorted(f.name for f in cwd.iterdir())
    return {"notebook": nb, "status": status, "outcome": outcome, "ename": ename, "files": files}


folder = Path(sys.argv[1])
for path in sys.argv[2:]:
    cwd = folder / "runs" / Path(path).stem
    shutil.copytree(folder / "files", cwd)
    print(json.dumps(run(path, cwd)), flush=True)
