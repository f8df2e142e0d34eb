"""The recipe of this folder's Go program with fastai 2 itself, to compare wall times.

    python fastai_peer.py --photos DIR --weights mobilenet_v2.safetensors

Needs fastai 2.8 and safetensors.
"""

import argparse
import re
import time

import numpy as np
from fastai.vision.all import (
    CrossEntropyLossFlat, DataBlock, CategoryBlock, ImageBlock, IndexSplitter, Learner, ResizeMethod, Resize, Normalize,
    aug_transforms, create_head, error_rate, get_image_files, imagenet_stats, params, set_seed,
)
from safetensors.torch import load_file
from torch import nn
from torchvision.models import mobilenet_v2


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--size", type=int, default=128)
    args = p.parse_args()
    set_seed(args.seed)
    begin = time.time()
    files = sorted(f for f in get_image_files(args.photos) if f.suffix == ".jpg")
    held = np.random.RandomState(2).permutation(len(files))[: int(0.2 * len(files))]
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock), get_y=lambda f: re.search(r"^(.+)_\d+.jpg$", f.name).group(1), splitter=IndexSplitter(held.tolist()),
        item_tfms=Resize(args.size, method=ResizeMethod.Squish), batch_tfms=[*aug_transforms(size=args.size), Normalize.from_stats(*imagenet_stats)],
    )
    loaders = block.dataloaders(files, bs=64)
    net = mobilenet_v2(weights=None)
    features = {n.removeprefix("features."): v for n, v in load_file(args.weights).items() if n.startswith("features.")}
    net.features.load_state_dict(features, strict=False)
    model = nn.Sequential(net.features, create_head(1280, len(loaders.vocab)))
    groups = lambda m: [params(m[0][:10]), params(m[0][10:]), params(m[1])]
    learn = Learner(loaders, model, loss_func=CrossEntropyLossFlat(), splitter=groups, metrics=error_rate)
    learn.freeze()
    learn.fit_one_cycle(4, slice(3e-3))
    learn.unfreeze()
    learn.fit_one_cycle(2, slice(1e-5, 1e-3))
    print(f"{time.time() - begin:.0f} s from the list of files to the last validation")


if __name__ == "__main__":
    main()
