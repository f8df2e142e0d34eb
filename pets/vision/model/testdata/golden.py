#!/usr/bin/env python3
"""Golden values of the networks, made with PyTorch and torchvision in float64.

    python golden.py [case ...]                       writes <case>.json beside itself
    python golden.py imagenet MOBILENET.safetensors   the same of MobileNetV2's real features

Nothing large is stored: weights, pictures and labels are functions of a name and an index (numbers, below; package golden is the
same in Go), and of every tensor of the results three things are kept: its norm, a projection (its product with numbers of its
own, which any wrong value anywhere changes) and a sample of its values.

A network of ReLUs is differentiable only between kinks: where rounding moves one activation across 0, all gradients below it move by up
to a per cent. So each case takes the first seed for which no activation is as near to a kink as float32 moves it, and gradients hardly change
when float64 weights are disturbed, or when torch itself computes in float32. That deviation is stored too ("float32"). Of the larger networks
hardly a batch passes, hence their offsets around 2: one activation in forty is clipped then, in petnet10 every other.

Made with torch 2.15.0 and torchvision 0.29.2.
"""
import copy
import json
import pathlib
import sys

import numpy as np
import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, ResNet

torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent
SAMPLES = 8


# --- numbers out of names -------------------------------------------------------------------------------------------------------------

def numbers(name, count):
    """Uniform in [-1, 1): FNV-1a of the name starts SplitMix64."""
    h = 14695981039346656037
    for b in name.encode():
        h = (h ^ b) * 1099511628211 % 2**64
    z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    z = z ^ z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1


def float32(values, shape):
    """Rounded to float32, as both sides get them, then in float64."""
    return torch.from_numpy(values.astype(np.float32).astype(np.float64)).reshape(shape)


def weight(seed, offset, name, shape):
    u = numbers(f"{seed}/{name}", int(np.prod(shape)))
    if name.endswith("layer_scale"):
        return float32(0.25 * u, shape)
    if len(shape) > 1:  # convolution or linear layer: variance 1/fan-in
        return float32(u * np.sqrt(3 / np.prod(shape[1:])), shape)
    if name.endswith("running_var"):
        return float32(1 + 0.5 * u, shape)
    if name.endswith("running_mean"):
        return float32(0.25 * u, shape)
    if name.endswith("bias"):
        if name in ("head.2.bias", "head.6.bias"):  # batch norms that no ReLU follows
            offset = 0
        return float32(offset + 0.25 * u, shape)
    return float32(1 + 0.25 * u, shape)  # batch norm's scale


def pictures(seed, batch, height, width):
    """NHWC, as ours; spread roughly as normalised photos are."""
    return float32(2 * numbers(f"{seed}/pictures", batch * height * width * 3), (batch, height, width, 3))


def labels(seed, batch, classes):
    return torch.tensor([int((u + 1) / 2 * classes) for u in numbers(f"{seed}/labels", batch)])


# --- networks -------------------------------------------------------------------------------------------------------------------------

def petnet10():
    """BasicBlock [1, 1, 1, 1] of half torchvision's width."""
    net = ResNet(BasicBlock, [1, 1, 1, 1])
    net.inplanes = 32
    net.conv1, net.bn1 = nn.Conv2d(3, 32, 7, 2, 3, bias=False), nn.BatchNorm2d(32)
    for i, out in enumerate([32, 64, 128, 256]):
        setattr(net, f"layer{i + 1}", net._make_layer(BasicBlock, out, 1, stride=1 if i == 0 else 2))
    return net


class ConcatPool(nn.Module):
    def forward(self, x):
        return torch.cat([nn.functional.adaptive_max_pool2d(x, 1), nn.functional.adaptive_avg_pool2d(x, 1)], 1)


class Classifier(nn.Module):
    """A body under torchvision's names and fastai's head (without dropout) as "head"."""

    def __init__(self, arch, hidden, classes):
        super().__init__()
        body = petnet10() if arch == "petnet10" else getattr(torchvision.models, arch)(weights=None)
        for m in body.modules():
            if isinstance(m, torchvision.ops.StochasticDepth):  # ours has none
                m.p = 0.0
        self.late = {"mobilenet_v2": 10, "convnext_tiny": 4}.get(arch)  # the first feature of the second layer group
        if self.late:
            self.features, channels = body.features, {"mobilenet_v2": 1280, "convnext_tiny": 768}[arch]
            self.order = ["features"]
        else:
            channels = body.layer4[-1].bn2.num_features if arch != "resnet50" else 2048
            self.order = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"]
            for name in self.order:
                setattr(self, name, getattr(body, name))
        head, widths = [ConcatPool(), nn.Flatten()], [2 * channels, *hidden, classes]
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            head += [nn.ReLU()] if i else []
            head += [nn.BatchNorm1d(a), nn.Dropout(0), nn.Linear(a, b)]
        self.head = nn.Sequential(*head)

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
        return self.head(x)

    def group(self, name):
        """Layer groups: early body, late body, head."""
        if name.startswith("head"):
            return 2
        if name.startswith("features"):
            return int(int(name.split(".")[1]) >= self.late)
        return int(name.startswith(("layer3", "layer4")))


def build(arch, seed, dtype=torch.float64, disturb=0):
    _, hidden, classes, offset = CASES[arch]
    net = Classifier(arch, hidden, classes).to(dtype)
    with torch.no_grad():
        for name, v in net.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                w = weight(seed, offset, name, tuple(v.shape))
                if disturb:
                    w = w * (1 + disturb * torch.from_numpy(numbers(f"disturb/{name}", w.numel())).reshape(w.shape))
                v.copy_(w)
    return net


# --- what is computed -----------------------------------------------------------------------------------------------------------------

def training(net, x, y):
    """One forward and backward pass in training mode: loss, logits, gradients by name. Running statistics move."""
    net.train()
    net.zero_grad()
    logits = net(x.permute(0, 3, 1, 2))
    loss = nn.functional.cross_entropy(logits, y)
    loss.backward()
    return loss.item(), logits.detach(), {n: p.grad.detach().clone() for n, p in net.named_parameters() if p.grad is not None}


def running(net):
    return {n: v.detach().clone() for n, v in net.state_dict().items() if "running_" in n}


def adamw(net, x, y, steps, lrs, betas, decay):
    """fastai v1's AdamW: decay first, on all that trains; beta1 as scheduled; PyTorch 1.0's place of epsilon."""
    m, v, losses, grads = {}, {}, [], []
    for t, beta1 in enumerate(betas[:steps], start=1):
        loss, _, g = training(net, x, y)
        losses.append(loss)
        grads.append(g)
        with torch.no_grad():
            for name, p in net.named_parameters():
                if name not in g:
                    continue
                lr = lrs[net.group(name)]
                p.mul_(1 - decay * lr)
                m[name] = beta1 * m.get(name, 0) + (1 - beta1) * g[name]
                v[name] = 0.99 * v.get(name, 0) + 0.01 * g[name] ** 2
                p.sub_(lr * np.sqrt(1 - 0.99**t) / (1 - beta1**t) * m[name] / (v[name].sqrt() + 1e-8))
    losses.append(training(copy.deepcopy(net), x, y)[0])
    return losses, grads


def distance(a, b):
    return ((a.double() - b).norm() / b.norm()).item()


def largest(grads):
    return max(g.norm().item() for g in grads.values())


def vanishes(grads, name):
    """Some gradients are 0 but for rounding: an offset before a 1x1 convolution with a batch norm of its own changes nothing."""
    return grads[name].norm().item() < 1e-9 * largest(grads)


def activations(net, x):
    """What goes into every ReLU."""
    seen = []
    for m in net.modules():
        if isinstance(m, (nn.ReLU, nn.ReLU6)):
            m.register_forward_pre_hook(lambda m, inputs: seen.append((inputs[0].detach().double().clone(), getattr(m, "max_val", None))))
    net.train()(x.permute(0, 3, 1, 2))
    return seen


def clear(arch, seed, x):
    """Whether every activation keeps farther from a kink than float32 moves any of its layer."""
    for (exact, top), (single, _) in zip(activations(build(arch, seed), x), activations(build(arch, seed, torch.float32), x.float())):
        margin = exact.abs() if top is None else torch.minimum(exact.abs(), (exact - top).abs())
        if margin.min() < (exact - single).abs().max():
            return False
    return True


def kink(arch, seed, x, y, reference):
    """How far float32's roundings take the gradients."""
    far = 0
    for disturb, dtype in [(0, torch.float32), (1e-7, torch.float64), (3e-7, torch.float64), (-3e-7, torch.float64)]:
        net = build(arch, seed, dtype, disturb)
        grads = training(net, x.to(dtype), y)[2]
        far = max(far, *(distance(grads[n], reference[n]) for n in grads if not vanishes(reference, n)))
        if far > 3e-4:
            break
    return far


# --- what is kept ---------------------------------------------------------------------------------------------------------------------

def short(v):
    return float(f"{v:.13g}")


def digest(name, v, at=None, scale=None):
    """Norm, projection, and samples at positions in torch's layout; scale is what an error should be compared with."""
    v = v.reshape(-1)
    probe = torch.from_numpy(numbers(f"probe/{name}", v.numel()))
    if at is None:
        at = sorted({int((u + 1) / 2 * v.numel()) for u in numbers(f"at/{name}", SAMPLES)})
    norm = v.norm().item()
    return {"norm": short(norm), "scale": short(scale or norm), "projection": short((v * probe).sum().item()), "at": at, "values": [short(v[i].item()) for i in at]}


def digests(tensors):
    return {n: digest(n, v) for n, v in tensors.items()}


def gradients(grads):
    return {n: digest(n, g, scale=largest(grads) if vanishes(grads, n) else None) for n, g in grads.items()}


def plain(v):
    return [short(x) for x in v.reshape(-1).tolist()]


def steady(grads, name):
    """Positions where no step's gradient is near 0: elsewhere Adam's step is the sign of a rounding error."""
    if vanishes(grads[0], name):
        return []
    ok = torch.stack([g[name].abs() > 1e-4 * g[name].abs().max() for g in grads]).all(0).reshape(-1)
    order = np.argsort(numbers(f"at/{name}", ok.numel()))
    return sorted([int(i) for i in order if ok[i]][:SAMPLES])


CASES = {  # pictures, hidden layers, classes, offset
    "petnet10": ((8, 40, 56), [24, 16], 5, 0),
    "resnet18": ((4, 40, 56), [512], 37, 2),
    "resnet34": ((4, 40, 56), [512], 37, 2),
    "resnet50": ((4, 32, 48), [512], 37, 2),
    "mobilenet_v2": ((4, 64, 48), [512], 37, 2),
    "convnext_tiny": ((8, 64, 36), [512], 37, 2),
}
LRS, BETAS, DECAY = [1e-4, 1e-3, 1e-2], [0.95, 0.9, 0.85], 0.01


def optimized(arch, seed, x, y, frozen):
    net = build(arch, seed)
    if frozen:
        norms = {id(p) for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) for p in m.parameters()}
        for name, p in net.named_parameters():
            p.requires_grad = net.group(name) == 2 or id(p) in norms
    before = {n: p.detach().clone() for n, p in net.named_parameters()}
    losses, grads = adamw(net, x, y, 3, LRS, BETAS, DECAY)
    moved = {n: digest(n, p.detach() - before[n], steady(grads, n)) for n, p in net.named_parameters() if n in grads[0]}
    return {"losses": [short(v) for v in losses], "moved": moved, "running": digests(running(net))}


def case(arch):
    shape, hidden, classes, offset = CASES[arch]
    best = None
    for seed in range(1, 41):
        x, y = pictures(seed, *shape), labels(seed, shape[0], classes)
        if not clear(arch, seed, x):
            continue
        net = build(arch, seed)
        evaluated = net.eval()(x.permute(0, 3, 1, 2)).detach()
        loss, logits, grads = training(net, x, y)
        far = kink(arch, seed, x, y, grads)
        print(f"{arch}, seed {seed}: gradients move by {far:.1e}", flush=True)
        if best is None or far < best["float32"]:
            best = {"arch": arch, "seed": seed, "shape": list(shape), "hidden": hidden, "classes": classes, "offset": offset, "float32": far,
                    "eval": plain(evaluated), "loss": short(loss), "logits": plain(logits), "gradients": gradients(grads), "running": digests(running(net))}
        if far < 3e-4:
            break
    if arch == "convnext_tiny":  # the optimizer is the others'
        return best
    x, y = pictures(best["seed"], *shape), labels(best["seed"], shape[0], classes)
    best["adamw"] = {"lrs": LRS, "betas": BETAS, "decay": DECAY,
                     "unfrozen": optimized(arch, best["seed"], x, y, False),
                     "frozen": optimized(arch, best["seed"], x, y, True)}
    return best


def norms():
    """Batch norm in training mode on values around a large mean, with torch's own float32 errors."""
    out = []
    for mean in [0, 10, 1000, 100000]:
        x = float32(mean + numbers(f"norm/{mean}/x", 4 * 8 * 6 * 16), (4, 8, 6, 16))
        v = float32(numbers(f"norm/{mean}/v", x.numel()), x.shape)
        w, b = float32(1 + 0.25 * numbers(f"norm/{mean}/w", 16), (16,)), float32(numbers(f"norm/{mean}/b", 16), (16,))

        def run(dtype):
            bn = nn.BatchNorm2d(16).to(dtype)
            with torch.no_grad():
                bn.weight.copy_(w)
                bn.bias.copy_(b)
            p = x.to(dtype).permute(0, 3, 1, 2).requires_grad_()
            y = bn(p)
            (y * v.to(dtype).permute(0, 3, 1, 2)).sum().backward()
            return {"y": y.detach().permute(0, 2, 3, 1), "dx": p.grad.permute(0, 2, 3, 1), "dw": bn.weight.grad, "db": bn.bias.grad,
                    "mean": bn.running_mean.clone(), "var": bn.running_var.clone()}

        exact, single = run(torch.float64), run(torch.float32)
        out.append({"mean": mean, "float32": {n: distance(single[n], exact[n]) for n in exact}, "exact": digests(exact)})
    return out


def safetensors(path):
    """A safetensors file of float32 alone."""
    raw = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    return {n: np.frombuffer(raw, np.float32, int(np.prod(h["shape"])), start + h["data_offsets"][0]).reshape(h["shape"]) for n, h in header.items()}


def imagenet(path):
    """MobileNetV2's features with ImageNet weights, of a soft pattern of colours 224 pixels wide, in [0, 1] and then normalised."""
    net = torchvision.models.mobilenet_v2(weights=None).features.double()
    state = {n.removeprefix("features."): torch.from_numpy(v.astype(np.float64)) for n, v in safetensors(path).items()}
    missing, unexpected = net.load_state_dict(state, strict=False)
    assert not unexpected and all(n.endswith("num_batches_tracked") for n in missing), (missing, unexpected)
    net.eval()
    y, x, c = np.meshgrid(np.arange(224), np.arange(224), np.arange(3), indexing="ij")
    picture = float32(0.5 + 0.4 * np.sin(0.05 * (1 + c) * x + 0.03 * y) * np.cos(0.04 * y * (1 + 0.5 * c)) + 0.1 * numbers("imagenet", 224 * 224 * 3).reshape(224, 224, 3),
                      (1, 224, 224, 3))
    stats = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], dtype=torch.float64)
    with torch.no_grad():
        features = net(((picture - stats[0]) / stats[1]).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    return {"features": digest("features", features), "mean": plain(features.mean((0, 1, 2))[:64])}


def write(name, value):
    text = json.dumps(value, separators=(",", ":")).replace('},"', '},\n"')
    (HERE / f"{name}.json").write_text(text + "\n")
    print(name, len(text), "bytes", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["imagenet"]:
        write("imagenet", imagenet(sys.argv[2]))
    else:
        for name in sys.argv[1:] or [*CASES, "norms"]:
            write(name, norms() if name == "norms" else case(name))
