#!/usr/bin/env python3
"""Tiny files of torch.save, both containers, with all that real ones hold; and what torch itself says is in them.

    python make_pth.py                 writes stream.pth, zip.pth, fastai.pth, module.pth and expected.json beside itself
    python make_pth.py check FILE.pth  loads a file of WriteTorch, strictly weights only, also memory-mapped, and prints its tensors as JSON

Made with torch 2.15.0.
"""
import json
import pathlib
import sys
from collections import OrderedDict

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


def tensors():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1
    shared = torch.linspace(-2, 2, 9)
    return OrderedDict([
        ("whole", base.clone()),
        ("transposed", base.transpose(0, 2)),              # a view: strides (1, 4, 12)
        ("stepped", base[:, 1:, ::2]),                     # a view with an offset and gaps
        ("channels_last", torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).reshape(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)),
        ("stretched", torch.tensor([1.5]).expand(3)),      # stride 0
        ("head", shared[:4]),                              # two views of one storage
        ("tail", shared[4:]),
        ("half", torch.tensor([1.0, -0.333251953125, 65504.0, 6e-8]).half()),
        ("bfloat", torch.tensor([1.0, -0.333984375, 3.0e38]).bfloat16()),
        ("double", torch.tensor([0.1, -1e-30], dtype=torch.float64)),
        ("int64", torch.tensor([[1, -2], [2**40, 3]])),
        ("int32", torch.tensor([1, -7], dtype=torch.int32)),
        ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False])),
        ("parameter", nn.Parameter(torch.tensor([0.25, 0.5]))),
        ("frozen", nn.Parameter(torch.tensor([0.75]), requires_grad=False)),
        ("empty", torch.zeros(0, 3)),
        ("bn.num_batches_tracked", torch.tensor(12)),
    ])


def module():
    torch.manual_seed(1)
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(2, 3, 3), bn=nn.BatchNorm2d(3)))


def described(state):
    return [{"name": n, "dtype": str(v.dtype).removeprefix("torch."), "shape": list(v.shape), "values": v.detach().double().reshape(-1).tolist()}
            for n, v in state.items()]


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        state = torch.load(sys.argv[2], weights_only=True)
        mapped = torch.load(sys.argv[2], weights_only=True, mmap=True)
        assert all(torch.equal(v, mapped[n]) for n, v in state.items())
        print(json.dumps(described(state)))
        sys.exit()
    net = module()
    trained = {"model": net.state_dict(), "opt": torch.optim.Adam(net.parameters()).state_dict()}
    torch.save(tensors(), HERE / "stream.pth", _use_new_zipfile_serialization=False)
    torch.save(tensors(), HERE / "zip.pth")
    torch.save(trained, HERE / "fastai.pth", _use_new_zipfile_serialization=False)
    torch.save(net.state_dict(), HERE / "module.pth")
    expected = {"stream": described(tensors()), "zip": described(tensors()), "fastai": described(net.state_dict()), "module": described(net.state_dict())}
    (HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")).replace('},{', '},\n{') + "\n")
