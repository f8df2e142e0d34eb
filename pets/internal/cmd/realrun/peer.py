"""The peer of this folder's Go program: the same recipe with PyTorch and nothing of fastai, from the same description of fastai v1.
Its AdamW is that of PyTorch since 1.3, which adds epsilon to the corrected root; the Go program, as fastai v1 in its time, to the uncorrected one.

    python peer.py run   --photos DIR --weights mobilenet_v2.safetensors --seed 0 -o torch-0.json
    python peer.py first --photos DIR first.safetensors

Needs torch, torchvision, safetensors, numpy and Pillow. The photos must be of one size (each is resized, in memory, as one batch).
"""

import argparse
import json
import math
import os
import random
import re
import time

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
BATCH = 64

# The stages of Go's --recipe progressive: size, epochs, whether the body is frozen, slice of learning rates.
PROGRESSIVE = [(128, 2, True, (3e-3,)), (160, 3, False, (3e-5, 1e-3)), (224, 3, False, (1e-5, 5e-4))]


# --- data ------------------------------------------------------------------------------------------------------------------------------


def split(folder):
    """numpy's legacy permutation with seed 2 over the sorted names: the first fifth, in that order, is for validation."""
    names = sorted(n for n in os.listdir(folder) if n.endswith(".jpg"))
    labels = [re.search(r"^(.+)_\d+.jpg$", n).group(1) for n in names]
    np.random.seed(2)
    order = np.random.permutation(len(names))
    valid = order[: int(0.2 * len(names))].tolist()
    held = set(valid)
    train = [i for i in range(len(names)) if i not in held]
    classes = sorted({labels[i] for i in train})
    number = {c: i for i, c in enumerate(classes)}
    return names, [number[label] for label in labels], train, valid, classes


def load(folder, names):
    pictures = [np.asarray(Image.open(os.path.join(folder, n)).convert("RGB")) for n in names]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)  # uint8, photographs × 3 × height × width


def homography(moved, corners):
    """Coefficients that take each moved corner to its corner; both are n × 4 × 2."""
    x, y = moved[..., 0], moved[..., 1]
    u, v = corners[..., 0], corners[..., 1]
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    a = torch.cat([torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], -1), torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], -1)], 1)
    return torch.linalg.solve(a, torch.cat([u, v], 1))


def base_grid(size):
    line = torch.linspace(-1, 1, size, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], -1).view(1, -1, 2)


def training_grid(n, size, rnd):
    """symmetric_warp, then rotate and zoom, each with probability 0.75."""
    grid = base_grid(size).expand(n, -1, 2)
    corners = torch.tensor([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=torch.float64).expand(n, 4, 2)
    m = torch.tensor([[rnd.uniform(-0.2, 0.2) for _ in range(4)] if rnd.random() < 0.75 else [0.0] * 4 for _ in range(n)], dtype=torch.float64)
    m0, m1, m2, m3 = m.unbind(1)
    moved = torch.stack(
        [torch.stack([-1 - m3, -1 - m1], 1), torch.stack([-1 - m2, 1 + m1], 1), torch.stack([1 + m3, -1 - m0], 1), torch.stack([1 + m2, 1 + m0], 1)], 1
    )
    c = homography(moved, corners).unsqueeze(1)
    x, y = grid[..., 0], grid[..., 1]
    q = c[..., 6] * x + c[..., 7] * y + 1
    grid = torch.stack([(c[..., 0] * x + c[..., 1] * y + c[..., 2]) / q, (c[..., 3] * x + c[..., 4] * y + c[..., 5]) / q], -1)
    affine = []
    for _ in range(n):
        matrix = np.eye(3)
        angle = math.radians(rnd.uniform(-10, 10))
        if rnd.random() < 0.75:
            matrix = matrix @ np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
        scale, row, col = rnd.uniform(1, 1.1), rnd.random(), rnd.random()
        if rnd.random() < 0.75:
            k = 1 - 1 / scale
            matrix = matrix @ np.array([[1 / scale, 0, k * (2 * col - 1)], [0, 1 / scale, k * (2 * row - 1)], [0, 0, 1]])
        affine.append(matrix[:2])
    affine = torch.from_numpy(np.stack(affine))
    return grid @ affine[:, :, :2].transpose(1, 2) + affine[:, None, :, 2]


def resample(pictures, grid, size):
    """One bilinear sampling; averages first where fastai does: below half the size, unless the view is zoomed in as far."""
    n, _, h, w = pictures.shape
    x = pictures.float() / 255
    d = min(h / size, w / size) / 2
    sample = lambda x, grid: F.grid_sample(x, grid.float().view(-1, size, size, 2), mode="bilinear", padding_mode="reflection", align_corners=True)
    if d <= 1:
        return sample(x, grid)
    flat = grid.reshape(n, -1)
    pooled = d > 2 / (flat.max(1).values - flat.min(1).values)
    out = torch.empty(n, 3, size, size)
    if pooled.any():
        out[pooled] = sample(F.interpolate(x[pooled], scale_factor=1 / d, mode="area"), grid[pooled])
    if not pooled.all():
        out[~pooled] = sample(x[~pooled], grid[~pooled])
    return out


def light(x, rnd):
    """brightness and contrast in logit space, each with probability 0.75."""
    shift, scale, lit = [], [], []
    for _ in range(len(x)):
        change = rnd.uniform(0.4, 0.6)
        bright = rnd.random() < 0.75
        factor = math.exp(rnd.uniform(math.log(0.8), -math.log(0.8)))
        contrast = rnd.random() < 0.75
        shift.append(math.log(change / (1 - change)) if bright else 0.0)
        scale.append(factor if contrast else 1.0)
        lit.append(bright or contrast)
    shift, scale, lit = (torch.tensor(v).view(-1, 1, 1, 1) for v in (shift, scale, lit))
    changed = torch.sigmoid((torch.logit(x.clamp(1e-7, 1 - 1e-7)) + shift) * scale)
    return torch.where(lit, changed, x)


def training_batch(pictures, size, rnd):
    x = light(resample(pictures, training_grid(len(pictures), size, rnd), size), rnd)
    flip = torch.tensor([rnd.random() < 0.5 for _ in range(len(x))]).view(-1, 1, 1, 1)
    return (torch.where(flip, x.flip(3), x) - MEAN) / STD


def plain_batch(pictures, size):
    return (resample(pictures, base_grid(size).expand(len(pictures), -1, 2), size) - MEAN) / STD


# --- network ---------------------------------------------------------------------------------------------------------------------------


class Head(nn.Sequential):
    """fastai's head; its places in the sequence are those of the weights' names."""

    def __init__(self, channels, classes, dropout):
        super().__init__(
            nn.Identity(), nn.Flatten(), nn.BatchNorm1d(2 * channels), nn.Dropout(dropout / 2), nn.Linear(2 * channels, 512),
            nn.ReLU(inplace=True), nn.BatchNorm1d(512), nn.Dropout(dropout), nn.Linear(512, classes),
        )
        for layer in self:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        return super().forward(torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1))


class Net(nn.Module):
    def __init__(self, classes, dropout=0.5):
        super().__init__()
        self.features = torchvision.models.mobilenet_v2(weights=None).features
        self.head = Head(1280, classes, dropout)

    def forward(self, x):
        return self.head(self.features(x))

    def groups(self):
        return [self.features[:10], self.features[10:], self.head]


class Fit:
    """AdamW over layer groups, decay on everything that trains, and the one-cycle schedule."""

    def __init__(self, net, frozen):
        self.net, groups = net, []
        for i, part in enumerate(net.groups()):
            params = []
            for module in part.modules():
                norm = isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))
                for p in module.parameters(recurse=False):
                    p.requires_grad_(norm or not frozen or i == 2)
                    if p.requires_grad:
                        params.append(p)
            groups.append({"params": params})
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.01)

    def schedule(self, step, steps, rates):
        rise = int(steps * 0.3)
        mix = lambda a, b, t: b + (a - b) / 2 * (1 + math.cos(math.pi * t))
        for group, rate in zip(self.optimizer.param_groups, rates):
            if step <= rise:
                t = step / max(rise, 1)
                lr, beta = mix(rate / 25, rate, t), mix(0.95, 0.85, t)
            else:
                t = (step - rise) / (steps - rise)
                lr, beta = mix(rate, rate / 250000, t), mix(0.85, 0.95, t)
            group["lr"], group["betas"] = lr, (beta, 0.99)

    def one_cycle(self, epochs, rates, data):
        batches = len(data.train) // BATCH
        average, count, losses, rows = 0.0, 0, [], []
        for epoch in range(epochs):
            begin = time.time()
            self.net.train()
            order = torch.randperm(len(data.train)).tolist()
            for b in range(batches):
                chosen = [data.train[i] for i in order[b * BATCH : (b + 1) * BATCH]]
                self.schedule(epoch * batches + b, epochs * batches, rates)
                x = training_batch(data.pictures[chosen], data.size, data.random)
                loss = F.cross_entropy(self.net(x.contiguous(memory_format=torch.channels_last)), data.labels[chosen])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                count += 1
                average = 0.98 * average + 0.02 * loss.item()
                losses.append(average / (1 - 0.98**count))
            predicted, valid_loss = data.validate(self.net)
            error = (predicted != data.labels[data.valid]).float().mean().item()
            rows.append({"epoch": epoch, "train_loss": losses[-1], "valid_loss": valid_loss, "error_rate": error, "seconds": time.time() - begin})
            print("{epoch}  {train_loss:.6f}  {valid_loss:.6f}  {error_rate:.6f}  {seconds:.0f} s".format(**rows[-1]), flush=True)
        return rows, losses


class Data:
    def __init__(self, folder, size, seed):
        names, labels, self.train, self.valid, self.classes = split(folder)
        self.pictures, self.labels = load(folder, names), torch.tensor(labels)
        self.size, self.random = size, random.Random(seed)

    @torch.no_grad()
    def validate(self, net):
        net.eval()
        logits = []
        for b in range(0, len(self.valid), BATCH):
            x = plain_batch(self.pictures[self.valid[b : b + BATCH]], self.size)
            logits.append(net(x.contiguous(memory_format=torch.channels_last)))
        logits = torch.cat(logits)
        return logits.argmax(1), F.cross_entropy(logits, self.labels[self.valid]).item()


# --- commands --------------------------------------------------------------------------------------------------------------------------


def body(net, path):
    missing, unexpected = net.load_state_dict(load_file(path), strict=False)
    missing = [n for n in missing if not n.startswith("head.") and not n.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"the weights do not fit: missing {missing}, not wanted {unexpected}")


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return f"{os.cpu_count()} cores, " + line.split(":", 1)[1].strip()
    return f"{os.cpu_count()} cores"


def run(args):
    torch.manual_seed(args.seed)
    data = Data(args.photos, args.size, args.seed)
    net = Net(len(data.classes))
    body(net, args.weights)
    net = net.to(memory_format=torch.channels_last)
    lesson = [(args.size, 4, True, (3e-3,)), (args.size, 2, False, (1e-5, 1e-3))]
    begin, fits = time.time(), []
    for size, epochs, frozen, slice in PROGRESSIVE if args.recipe else lesson:
        data.size = size
        low, high = slice[0], slice[-1]
        rates = (low, (low * high) ** 0.5, high) if len(slice) > 1 else (high / 10, high / 10, high)
        rows, losses = Fit(net, frozen).one_cycle(epochs, rates, data)
        fits.append({"name": f"fit_one_cycle({epochs}, slice({', '.join(f'{v:g}' for v in slice)})) at {size} px", "rows": rows, "losses": losses})
    seconds = time.time() - begin
    predicted, _ = data.validate(net)
    confusion = torch.zeros(len(data.classes), len(data.classes), dtype=torch.int64)
    for actual, guess in zip(data.labels[data.valid].tolist(), predicted.tolist()):
        confusion[actual, guess] += 1
    result = {
        "side": "PyTorch", "engine": f"PyTorch {torch.__version__} on {processor()}", "seed": args.seed, "size": data.size, "recipe": args.recipe,
        "train": len(data.train), "valid": len(data.valid), "seconds": seconds, "fits": fits, "classes": data.classes, "confusion": confusion.tolist(),
    }
    with open(args.output, "w") as f:
        json.dump(result, f)
        f.write("\n")


def first(args):
    with safe_open(args.file, "pt") as f:
        meta = f.metadata()
        weights = {name: f.get_tensor(name) for name in f.keys()}
    batch = json.loads(meta["batch"])
    net = Net(len(batch["classes"]), dropout=0.0)
    missing, unexpected = net.load_state_dict(weights, strict=False)
    missing = [n for n in missing if not n.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"the weights do not fit: missing {missing}, not wanted {unexpected}")
    x = plain_batch(load(args.photos, batch["files"]), int(meta["size"]))
    y = torch.tensor(batch["labels"])
    net.train()
    ours = float(meta["loss"])
    loss = F.cross_entropy(net(x), y).item()
    print(f"loss of the first batch: PyTorch {loss:.7f}, gopets {ours:.7f}, difference {abs(loss - ours):.1e}")
    if abs(loss - ours) > 1e-4:
        raise SystemExit("wanted at most 1e-4")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    p = commands.add_parser("run")
    p.set_defaults(call=run)
    p.add_argument("--photos", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--recipe", default="", choices=["", "progressive"])
    p.add_argument("-o", "--output", required=True)
    p = commands.add_parser("first")
    p.set_defaults(call=first)
    p.add_argument("--photos", required=True)
    p.add_argument("file")
    args = parser.parse_args()
    args.call(args)


if __name__ == "__main__":
    main()
