"""Images a second of ResNet-34 with fastai's head in PyTorch: the numbers that gpucheck prints beside its own.

Called with one argument, a JSON object: device, batch, size, classes, steps, types.
Prints one JSON object: {"device": ..., "version": ..., "rates": {"train float32": ..., ...}}.
"""
import json
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.down = None
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        short = x if self.down is None else self.down(x)
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + short)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        width = 64
        for i, (count, outputs) in enumerate(zip((3, 4, 6, 3), (64, 128, 256, 512))):
            for k in range(count):
                layers.append(Block(width, outputs, 2 if k == 0 and i > 0 else 1))
                width = outputs
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * width), nn.Dropout(0.25), nn.Linear(2 * width, 512), nn.ReLU(),
            nn.BatchNorm1d(512), nn.Dropout(0.5), nn.Linear(512, classes))

    def forward(self, x):
        x = self.body(x)
        x = torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)
        return self.head(x.flatten(1))


def rate(step, device, batch, steps):
    """Images a second over the given number of steps, after some that warm up."""
    for _ in range(max(2, steps // 4)):
        last = step()
    float(last)
    began = time.perf_counter()
    for _ in range(steps):
        last = step()
    float(last)  # waits for the device
    return batch * steps / (time.perf_counter() - began)


def main():
    want = json.loads(sys.argv[1])
    device = torch.device(want["device"])
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    batch, size = want["batch"], want["size"]
    rates = {}
    for kind in want["types"]:
        for layout in (torch.channels_last, torch.contiguous_format):
            net = Net(want["classes"]).to(device, memory_format=layout)
            x = torch.rand(batch, 3, size, size, device=device).contiguous(memory_format=layout)
            y = torch.arange(batch, device=device) % want["classes"]
            optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)

            def forward():
                with torch.autocast(device.type, dtype=torch.bfloat16, enabled=kind == "bfloat16"):
                    return net(x)

            def train():
                net.train()
                loss = F.cross_entropy(forward().float(), y)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                return loss.detach()

            def evaluate():
                net.eval()
                with torch.no_grad():
                    return forward().float().sum()

            for name, step in (("train", train), ("forward", evaluate)):
                key = name + " " + kind
                rates[key] = max(rates.get(key, 0), rate(step, device, batch, want["steps"]))
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU, %d threads" % torch.get_num_threads()
    print(json.dumps({"device": name, "version": torch.__version__, "rates": rates}))


if __name__ == "__main__":
    main()
