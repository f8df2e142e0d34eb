"""Images a second of ResNets with fastai's head in PyTorch: the numbers that gpucheck prints beside its own.

Called with one argument, a JSON object: device, modes (eager, compiled), classes, seconds (of a measurement), until
(seconds after which nothing new begins), settings (arch, size, batch, type, shape). Prints a JSON object a line for each
measurement: arch, size, batch, type, what (train or predict), mode, rate, compile, memory_mb. Everything is as fast as
PyTorch has it: channels_last, bfloat16 autocast, TF32, cuDNN's own search, fused AdamW, torch.compile.
"""
import json
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        if bottleneck:
            sides = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        else:
            sides = [(inputs, width, 3, stride), (width, width, 3, 1)]
        layers = []
        for i, (a, b, kernel, s) in enumerate(sides):
            layers += [nn.Conv2d(a, b, kernel, s, kernel // 2, bias=False), nn.BatchNorm2d(b)]
            if i < len(sides) - 1:
                layers.append(nn.ReLU(inplace=True))
        self.body = nn.Sequential(*layers)
        self.down = None
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.body(x) + (x if self.down is None else self.down(x)))


class Net(nn.Module):
    def __init__(self, classes, stem, widths, counts, bottleneck=False):
        super().__init__()
        layers = [nn.Conv2d(3, stem, 7, 2, 3, bias=False), nn.BatchNorm2d(stem), nn.ReLU(inplace=True),
                  nn.MaxPool2d(3, 2, 1)]
        channels = stem
        for i, (width, count) in enumerate(zip(widths, counts)):
            for k in range(count):
                layers.append(Block(channels, width, 2 if k == 0 and i > 0 else 1, bottleneck))
                channels = width * 4 if bottleneck else width
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * channels), nn.Dropout(0.25), nn.Linear(2 * channels, 512), nn.ReLU(),
            nn.BatchNorm1d(512), nn.Dropout(0.5), nn.Linear(512, classes))

    def forward(self, x):
        x = self.body(x)
        x = torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)
        return self.head(x.flatten(1))


def adamw(net, device):
    try:
        return torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.01, fused=True)
    except (RuntimeError, TypeError):
        return torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.01)


def rate(step, batch, seconds):
    """Images a second, over about so many seconds, after some steps that warm up."""
    for _ in range(5 if seconds > .5 else 1):
        last = step()
    float(last)
    steps = 2
    while True:
        began = time.perf_counter()
        for _ in range(steps):
            last = step()
        float(last)  # waits for the device
        took = time.perf_counter() - began
        if took > seconds:
            return batch * steps / took
        steps = max(2 * steps, int(1.3 * seconds / took * steps))


def measure(want, setting, mode, device):
    net = Net(want["classes"], **setting["shape"]).to(device, memory_format=torch.channels_last)
    batch, size = setting["batch"], setting["size"]
    x = torch.rand(batch, 3, size, size, device=device).contiguous(memory_format=torch.channels_last)
    y = torch.arange(batch, device=device) % want["classes"]
    optimizer = adamw(net, device)
    run = torch.compile(net) if mode == "compiled" else net

    def forward():
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=setting["type"] == "bfloat16"):
            return run(x)

    def train():
        loss = F.cross_entropy(forward().float(), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def predict():
        with torch.no_grad():
            return forward().float().sum()

    for what, step in (("train", train), ("predict", predict)):
        net.train(what == "train")
        began = time.perf_counter()
        float(step())
        compile_seconds = time.perf_counter() - began
        memory = torch.cuda.max_memory_reserved() >> 20 if device.type == "cuda" else 0
        yield {"arch": setting["arch"], "size": size, "batch": batch, "type": setting["type"], "what": what,
               "mode": mode, "rate": rate(step, batch, want["seconds"]), "compile": compile_seconds,
               "memory_mb": memory}


def main():
    began = time.perf_counter()
    want = json.loads(sys.argv[1])
    device = torch.device(want["device"])
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    if device.type == "cuda":
        print(torch.cuda.get_device_name(device), flush=True)
    for mode in want["modes"]:  # eager first: compiling takes most of the time
        for setting in want["settings"]:
            if time.perf_counter() - began > want["until"]:
                print("no time is left for the other settings", flush=True)
                return
            try:
                for result in measure(want, setting, mode, device):
                    print(json.dumps(result), flush=True)
            except Exception as e:  # one setting that fails takes nothing from the others
                print("not measured: %s batch %d %s %s: %s" % (setting["arch"], setting["batch"], setting["type"], mode,
                                                              str(e).split("\n")[0]), flush=True)
            if device.type == "cuda":
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()


if __name__ == "__main__":
    main()
