#!/usr/bin/env python3
"""Files there and back: PyTorch writes a network's random weights, Go reads them, writes them, PyTorch reads them again.

    python exchange.py write ARCH DIR   torchvision.pth (torch.save's zip), fastai.pth (its old stream, fastai's names) and logits.json
    python exchange.py check ARCH DIR   ours.pth loads, strictly, and gives the same logits

Run by TestExchangeWithTorch where $GOPETS_TEST_TORCH names a Python with torch and torchvision.
"""
import json
import pathlib
import sys
from collections import OrderedDict

import torch
import torchvision

from golden import Classifier, pictures

command, arch, folder = sys.argv[1:]
folder = pathlib.Path(folder)
x = pictures(1, 2, 64, 48).float().permute(0, 3, 1, 2)
torch.manual_seed(1)
net = Classifier(arch, [512], 37)


def fastai(name):
    """fastai v1 holds the pair of body and head, and a ResNet's body as a sequence."""
    part, rest = name.split(".", 1)
    if part == "head":
        return "1." + rest
    if part == "features":
        return "0.0." + rest
    return f"0.{net.order.index(part)}.{rest}"


if command == "write":
    net.train()(x)  # moves the running statistics
    state = net.state_dict()
    classifier = {"fc.weight": torch.randn(1000, 4), "fc.bias": torch.randn(1000)}
    torch.save(OrderedDict({**{n: v for n, v in state.items() if not n.startswith("head.")}, **classifier}), folder / "torchvision.pth")
    torch.save({"model": OrderedDict((fastai(n), v) for n, v in state.items()), "opt": torch.optim.Adam(net.parameters()).state_dict()},
               folder / "fastai.pth", _use_new_zipfile_serialization=False)
    (folder / "logits.json").write_text(json.dumps(net.eval()(x).reshape(-1).tolist()))
else:
    ours = torch.load(folder / "ours.pth", weights_only=True)
    net.load_state_dict(ours, strict=True)
    logits = torch.tensor(json.loads((folder / "logits.json").read_text()))
    assert torch.equal(net.eval()(x).reshape(-1), logits), "other logits"
    missing, unexpected = getattr(torchvision.models, arch)(weights=None).load_state_dict(ours, strict=False)
    assert all(n.startswith(("fc.", "classifier.")) for n in missing), missing
    assert all(n.startswith("head.") for n in unexpected), unexpected
