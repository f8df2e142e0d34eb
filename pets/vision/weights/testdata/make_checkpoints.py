"""Checkpoints as people's training programs leave them, small: python make_checkpoints.py

They are real pickles of Python and NumPy objects. Of torch, only the names that its pickles hold are made up here, so that
it need not be installed.
"""
import argparse, collections, datetime, io, pathlib, pickle, sys, types, zipfile

import numpy as np

here = pathlib.Path(__file__).parent


def module(name):
    parts = name.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[: i + 1]), types.ModuleType(".".join(parts[: i + 1])))
    return sys.modules[name]


torch, utils, nn, resnet, parallel, parameter = [module(n) for n in
    ["torch", "torch._utils", "torch.nn.modules.module", "torchvision.models.resnet", "torch.nn.parallel.data_parallel", "torch.nn.parameter"]]


def named(cls, m, name=None):
    cls.__module__, cls.__qualname__, cls.__name__ = m.__name__, name or cls.__name__, name or cls.__name__
    setattr(m, cls.__name__, cls)
    return cls


class FloatStorage: ...
named(FloatStorage, torch)


def _rebuild_tensor_v2(*args): ...
def _rebuild_parameter(*args): ...
for f in (_rebuild_tensor_v2, _rebuild_parameter):
    named(f, utils)


class Storage:
    def __init__(self, values):
        self.values = np.asarray(values, np.float32)


class Tensor:
    def __init__(self, values, param=False):
        self.array, self.param = np.asarray(values, np.float32), param
        self.storage = Storage(self.array.ravel())

    def __reduce__(self):
        strides = tuple(s // 4 for s in self.array.strides)
        plain = (_rebuild_tensor_v2, (self.storage, 0, self.array.shape, strides, False, collections.OrderedDict()))
        if not self.param:
            return plain
        t = Tensor(self.array)
        t.storage = self.storage
        return _rebuild_parameter, (t, True, collections.OrderedDict())


def network(m, name):
    return named(type(name, (), {}), m)


ResNet, Conv2d, DataParallel = network(resnet, "ResNet"), network(nn, "Conv2d"), network(parallel, "DataParallel")


def made(cls, modules={}, parameters={}, buffers={}, **other):
    o = cls()
    o.__dict__.update(training=True, _parameters=collections.OrderedDict(parameters), _buffers=collections.OrderedDict(buffers),
                      _modules=collections.OrderedDict(modules), **other)
    return o


def save(name, value, protocol=2):
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, o):
            if isinstance(o, Storage):
                storages.append(o)
                return "storage", FloatStorage, str(len(storages) - 1), "cuda:0", len(o.values)

    out = io.BytesIO()
    Pickler(out, protocol).dump(value)
    with zipfile.ZipFile(here / name, "w") as z:
        z.writestr("archive/data.pkl", out.getvalue())
        z.writestr("archive/byteorder", "little")
        for i, s in enumerate(storages):
            z.writestr(f"archive/data/{i}", s.values.tobytes())
        z.writestr("archive/version", "3\n")


weight, bias = Tensor([[1, 2], [3, 4]], True), Tensor([5, 6], True)
state = {"conv1.weight": Tensor([[1, 2], [3, 4]]), "bn1.running_mean": Tensor([5, 6])}


def prefixed(prefix):
    return collections.OrderedDict((prefix + k, v) for k, v in state.items())


args = argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("/data"), started=datetime.datetime(2024, 5, 1), gpus={0, 1},
                          betas=(0.9, 0.999), seed=2**70, name="é", optimizer=np.dtype("float32"), raw=b"\x00\xff")
if __name__ == "__main__":
    for protocol in (0, 1, 2, 4):
        if protocol:  # protocol 0 has no persistent ids that are tuples
            save(f"checkpoint-namespace-{protocol}.pth", {"epoch": 3, "args": args, "best": np.float64(0.93), "history": np.zeros(3),
                 "model_state_dict": prefixed("module.")}, protocol)
    save("checkpoint-compiled.pth", {"net": prefixed("module._orig_mod."), "optimizer": {"state": {0: {"exp_avg": Tensor([1])}}, "param_groups": [{"lr": 1e-3}]}})
    hparams = named(type("AttributeDict", (dict,), {}), module("pytorch_lightning.utilities.parsing"))(lr=1e-3)
    loose = collections.OrderedDict([*prefixed("model.").items(), ("criterion.weight", Tensor([1, 1]))])
    save("checkpoint-lightning.pth", {"state_dict": loose, "hyper_parameters": hparams, "callbacks": {}, "pytorch-lightning_version": "2.4"})
    whole = made(ResNet, {"conv1": made(Conv2d, parameters={"weight": weight, "bias": None}, kernel_size=(3, 3)),
                          "bn1": made(Conv2d, buffers={"running_mean": bias})}, forward_hooks=collections.OrderedDict())
    save("checkpoint-whole.pth", whole, 4)
    save("checkpoint-whole-parallel.pth", made(DataParallel, {"module": whole}, device_ids=[0, 1]))
    learner = named(type("Learner", (), {}), module("fastai.learner"))()
    learner.__dict__.update(dls=None, model=whole, path=pathlib.PurePosixPath("."))
    save("checkpoint-learner.pth", learner)
    save("checkpoint-nothing.pth", {"epoch": 3, "args": args, "optimizer": {"state": {}}})
