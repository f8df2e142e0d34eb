"""Runs ONNX files beside their expected probabilities: onnx_check.py FOLDER.

FOLDER/cases.json lists {"file", "input", "bytes", "shape", "classes", "probabilities", "logits"}. Each file
must pass onnx.checker with shape inference; ONNX Runtime must give the probabilities to 1e-4, and
the logits to 1e-4 of the largest.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

folder = pathlib.Path(sys.argv[1])
for case in json.loads((folder / "cases.json").read_text()):
    path = folder / case["file"]
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    meta = {p.key: p.value for p in model.metadata_props}
    assert json.loads(meta["classes"]) == case["classes"], meta
    assert meta["opset"] == str(model.opset_import[0].version), meta
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    dtype = np.uint8 if case["bytes"] else np.float32
    x = np.fromfile(folder / case["input"], dtype).reshape(case["shape"])
    want, scores = np.array(case["probabilities"]), np.array(case["logits"])
    for n in (len(x), 1):  # any batch
        got, logits = session.run(["probabilities", "logits"], {"image": x[:n]})
        worst = np.abs(got - want[:n]).max()
        assert worst < 1e-4, f"{case['file']}: probabilities differ by {worst}"
        worst = np.abs(logits - scores[:n]).max() / np.abs(scores).max()
        assert worst < 1e-4, f"{case['file']}: logits differ by {worst} of the largest"
    print(case["file"], "worst difference", worst)
