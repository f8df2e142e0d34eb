"""Writes the files of this folder and pillow.txt, what Pillow makes of each:

    python make.py FOLDER

FOLDER is where libjpeg-turbo's programs cjpeg-static and jpegtran-static lie.
"""
import hashlib, subprocess, sys
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, features

here = Path(__file__).parent
x, y = np.meshgrid(np.arange(45), np.arange(37))
colours = np.stack([x * 5, y * 6, 255 - 2 * (x + y)], -1)
colours[(x - 20) ** 2 + (y - 15) ** 2 < 90] = (250, 40, 30)
colours[(x + y) % 11 == 0] = (10, 200, 240)
image = Image.fromarray(colours.clip(0, 255).astype(np.uint8))
ppm = here / "make.ppm"


def cjpeg(name, *options, size=(45, 37)):
    image.resize(size).save(ppm)
    subprocess.run([f"{sys.argv[1]}/cjpeg-static", *options, "-outfile", here / (name + ".jpg"), ppm], check=True)
    ppm.unlink()


for sampling in ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x2,2x1,1x2"]:
    cjpeg("sampling-" + sampling.replace(",", "-"), "-quality", "85", "-sample", sampling)
cjpeg("sliver", "-sample", "2x2", size=(4, 21))
cjpeg("pixel", "-sample", "2x2", size=(1, 1))
cjpeg("grey", "-grayscale", "-restart", "2B", "-sample", "2x2")
cjpeg("rgb", "-rgb", "-quality", "95")
cjpeg("restart", "-restart", "3B", "-sample", "2x1")
cjpeg("progressive", "-progressive", "-sample", "2x2", "-quality", "92")
cjpeg("progressive-restart", "-progressive", "-restart", "1", "-sample", "1x2")
unfinished = {
    "means": "0,1,2: 0-0,0,0;",
    "few": "0,1,2: 0-0,0,1; 0: 1-5,0,0;",
    "coarse": "0,1,2: 0-0,0,0; 0: 1-63,0,2; 1: 1-63,0,0; 2: 1-63,0,0;",
}
for name, scans in unfinished.items():  # progressive files whose refinement never came
    script = here / "make.scans"
    script.write_text(scans)
    cjpeg("unfinished-" + name, "-scans", script, "-sample", "2x2" if name == "few" else "1x2")
    script.unlink()
cjpeg("unordered", "-restart", "2", "-sample", "1x1,2x1,1x2", "-progressive")
cjpeg("arithmetic", "-arithmetic", "-sample", "2x2")
cjpeg("arithmetic-restart", "-arithmetic", "-restart", "4B")
cjpeg("arithmetic-progressive", "-arithmetic", "-progressive", "-quality", "95")
cjpeg("wide-tables", "-quality", "3", "-sample", "2x2")
cjpeg("unsupported-12-bits", "-precision", "12")
cjpeg("unsupported-lossless", "-lossless", "1,0")
image.convert("CMYK").save(here / "cmyk.jpg", quality=90)
image.convert("CMYK").save(here / "cmyk-progressive.jpg", progressive=True)
inks = (here / "cmyk.jpg").read_bytes()
at = inks.index(b"Adobe")
(here / "ycck.jpg").write_bytes(inks[: at + 11] + b"\x02" + inks[at + 12 :])
left = (here / "sampling-2x2.jpg").read_bytes()
(here / "bytes-before-end.jpg").write_bytes(left[:-2] + b"\x00\x12\x34" * 30 + left[-2:])

with open(here / "pillow.txt", "w") as out:
    print(f"# Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}: size and SHA-256 of the RGB bytes", file=out)
    for file in sorted(here.glob("*.jpg")):
        if not file.name.startswith("unsupported"):
            with Image.open(file) as i:
                print(file.name, *i.size, hashlib.sha256(i.convert("RGB").tobytes()).hexdigest(), file=out)
