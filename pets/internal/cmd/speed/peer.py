"""PyTorch's and Pillow's side of this folder's Go program, which calls it:

    python peer.py version null
    python peer.py step    '{"Arch": "resnet34", "Batch": 16, "Side": 224, "Mode": "predict", "Seconds": 8}' channels_last
    python peer.py decode  '{"Photos": "DIR", "Side": 224, "Epochs": 2}'

Each prints JSON.
"""

import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, conv1x1

PETNETS = {"petnet10": (1, (32, 64, 128, 256)), "petnet18": (2, (32, 64, 128, 224))}


def petnet(blocks, widths):
    """Our small ResNets, of torchvision's blocks."""
    channels = widths[0]
    layers = [nn.Conv2d(3, channels, 7, 2, 3, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    for layer, width in enumerate(widths):
        for block in range(blocks):
            stride, down = 2 if layer > 0 and block == 0 else 1, None
            if stride != 1 or channels != width:
                down = nn.Sequential(conv1x1(channels, width, stride), nn.BatchNorm2d(width))
            layers.append(BasicBlock(channels, width, stride, down))
            channels = width
    return nn.Sequential(*layers), channels


def body(arch):
    """torchvision's network without its classifier, and its channels."""
    if arch in PETNETS:
        return petnet(*PETNETS[arch])
    net = getattr(torchvision.models, arch)(weights=None)
    if hasattr(net, "features"):
        return net.features, net.classifier[-1].in_features
    return nn.Sequential(*list(net.children())[:-2]), net.fc.in_features


class Net(nn.Module):
    """torchvision's body and fastai's head."""

    def __init__(self, arch, classes):
        super().__init__()
        self.body, channels = body(arch)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2 * channels), nn.Dropout(0.25), nn.Linear(2 * channels, 512), nn.ReLU(inplace=True),
            nn.BatchNorm1d(512), nn.Dropout(0.5), nn.Linear(512, classes),
        )

    def forward(self, x):
        x = self.body(x)
        return self.head(torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1).flatten(1))


def step(row, layout):
    layout = {"channels_last": torch.channels_last, "default": torch.contiguous_format}[layout]
    torch.set_num_threads(os.cpu_count())
    net = Net(row["Arch"], 37).to(memory_format=layout)
    x = torch.randn(row["Batch"], 3, row["Side"], row["Side"]).contiguous(memory_format=layout)
    y = torch.arange(row["Batch"]) % 37
    predict = row["Mode"] == "predict"
    if row["Mode"].startswith("body frozen"):
        for module in net.body.modules():
            for p in module.parameters(recurse=False):
                p.requires_grad_(isinstance(module, nn.BatchNorm2d))
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.01)
    net.train(not predict)

    def once():
        if predict:
            with torch.no_grad():
                return net(x)
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    begin = time.perf_counter()
    once()
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    once()
    steps = max(2, int(row["Seconds"] / (time.perf_counter() - begin)))
    begin, cpu = time.perf_counter(), processor_time()
    for _ in range(steps):
        once()
    images = row["Batch"] * steps
    return {
        "Images": images / (time.perf_counter() - begin), "CPU": 1000 * (processor_time() - cpu) / images, "First": first,
    }


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def decode(job):
    """One core: Pillow opens, torchvision transforms; nothing is kept between epochs."""
    from PIL import Image
    from torchvision import transforms as T

    torch.set_num_threads(1)
    side = job["Side"]
    chain = T.Compose([
        T.RandomPerspective(0.2, p=0.75), T.RandomRotation(10), T.RandomResizedCrop(side, scale=(0.8, 1)),
        T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2), T.ToTensor(),
    ])
    short = T.Compose([T.RandomResizedCrop(side), T.RandomHorizontalFlip(), T.ToTensor()])
    files = sorted(os.path.join(job["Photos"], n) for n in os.listdir(job["Photos"]) if n.lower().endswith((".jpg", ".jpeg")))
    result = {}
    for name, transform in (("Full", chain), ("Short", short)):
        rates = []
        for _ in range(job["Epochs"]):
            begin = time.perf_counter()
            for f in files:
                transform(Image.open(f).convert("RGB"))
            rates.append(len(files) / (time.perf_counter() - begin))
        result[name] = rates
    return result


def main():
    command, argument = sys.argv[1], json.loads(sys.argv[2])
    if command == "version":
        result = f"PyTorch {torch.__version__}"
    elif command == "step":
        result = step(argument, sys.argv[3])
    else:
        result = decode(argument)
    print(json.dumps(result))


main()
