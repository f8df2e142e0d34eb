"""Writes the files of this folder and pillow.txt, what Pillow makes of each: python make.py"""
import hashlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps, features

here = Path(__file__).parent
x, y = np.meshgrid(np.arange(45), np.arange(37))
colours = np.stack([x * 5, y * 6, 255 - 2 * (x + y)], -1)
colours[(x - 20) ** 2 + (y - 15) ** 2 < 90] = (250, 40, 30)
colours[(x + y) % 11 == 0] = (10, 200, 240)
colours[:6, :20] = 0
colours[:6, 20:] = 255
image = Image.fromarray(colours.clip(0, 255).astype(np.uint8))
clear = image.copy()
clear.putalpha(Image.fromarray(((x * 7) % 256).astype(np.uint8)))
upright = Image.Exif()
upright[274] = 6

image.save(here / "lossy.webp", quality=80)
image.resize((46, 38)).save(here / "lossy-even.webp", quality=30)
image.resize((1, 1)).save(here / "lossy-pixel.webp")
image.resize((2, 17)).save(here / "lossy-sliver.webp")
clear.save(here / "lossy-alpha.webp", quality=90)
clear.save(here / "lossless-alpha.webp", lossless=True, exact=True)
image.save(here / "turned.webp", exif=upright)
second = Image.new("RGB", image.size, "white")
image.save(here / "animated.webp", save_all=True, append_images=[second], duration=50)
clear.save(here / "animated-alpha.webp", save_all=True, append_images=[second], duration=50, lossless=True)
# a first frame that is smaller than its canvas
frame = (here / "lossy.webp").read_bytes()[12:]
body = (6).to_bytes(3, "little") + (4).to_bytes(3, "little") + (44).to_bytes(3, "little") + (36).to_bytes(3, "little") + bytes([50, 0, 0, 0]) + frame
chunks = b"VP8X" + (10).to_bytes(4, "little") + bytes([2, 0, 0, 0, 69, 0, 0, 59, 0, 0])
chunks += b"ANIM" + (6).to_bytes(4, "little") + bytes([255, 255, 255, 255, 0, 0])
chunks += b"ANMF" + len(body).to_bytes(4, "little") + body
(here / "animated-inside.webp").write_bytes(b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WEBP" + chunks)

page = image.convert("1")
for name in ["group3", "group4", "tiff_lzw", "raw", "packbits"]:
    page.save(here / f"page-{name.replace('tiff_', '')}.tif", compression=name if name != "raw" else None)
for white in (0, 1):
    for name in ["group3", "group4", "raw"]:
        kind = "min-is-white" if white == 0 else "min-is-black"
        page.save(here / f"page-{name}-{kind}.tif", compression=name if name != "raw" else None, tiffinfo={262: white})
image.save(here / "turned.tif", compression="tiff_lzw", exif=upright)
image.save(here / "turned.png", exif=upright)
image.save(here / "turned.jpg", exif=upright)

with open(here / "pillow.txt", "w") as out:
    print(f"# Pillow {PIL.__version__}, libwebp {features.version('webp')}: size and SHA-256 of the RGB bytes, turned upright", file=out)
    for file in sorted(here.glob("*.*")):
        if file.suffix in (".webp", ".tif", ".png", ".jpg"):
            with Image.open(file) as i:
                i = ImageOps.exif_transpose(i).convert("RGB")
                print(file.name, *i.size, hashlib.sha256(i.tobytes()).hexdigest(), file=out)
