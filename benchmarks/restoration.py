"""What restoring does to painted damage, and to photographs that are not damaged.

``python -m benchmarks.restoration`` prints a table for photographs of scikit-image, and ``python -m
benchmarks.restoration FOLDER START`` what each step does to every tenth picture of a folder, none
of them damaged, from number START on, by default 0.
"""

import pathlib
import sys

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage import data
from skimage.metrics import peak_signal_noise_ratio as psnr

from benchmarks.painted_damage import fade, paint_cracks, paint_scratches, print_in_sepia
from colorlab.images.listing import list_pictures
from colorlab.restoration.cast import grey_without_cast
from colorlab.restoration.fading import stretch_contrast
from colorlab.restoration.scratches import find_scratches, remove_scratches

_NAMES = ("astronaut", "camera", "coffee", "chelsea", "rocket", "moon")


def _grey(name):
    return np.asarray(Image.fromarray(getattr(data, name)()).convert("L"))


def _fitted(reference, grey):
    """Measure after the best line through the levels: how light a print is does not count here."""
    line = np.polyfit(grey.reshape(-1).astype(float), reference.reshape(-1).astype(float), 1)
    return psnr(reference, np.polyval(line, grey).clip(0, 255), data_range=255)


def main():
    """Print PSNR in decibels before and after each step, and the share that is found in vain."""
    print("| photograph | fading | sepia and stains | scratches | found | in vain, undamaged |")
    print("| --- | --- | --- | --- | --- | --- |")
    cracked_rows = ["| photograph | cracks | found | correct |", "| --- | --- | --- | --- |"]
    for seed, name in enumerate(_NAMES):
        grey, random = _grey(name), np.random.default_rng(seed)
        faded, sepia = fade(grey), print_in_sepia(grey, random)
        luma = np.asarray(Image.fromarray(sepia).convert("L"))
        damaged, mask = paint_scratches(grey, random, count=6, spots=20)
        filled, found = remove_scratches(damaged)
        cracked, cracks = paint_cracks(grey, random)
        repaired, split = remove_scratches(cracked, cracked=True)
        steps = (
            (psnr(grey, faded), psnr(grey, stretch_contrast(faded))),
            (_fitted(grey, luma), _fitted(grey, grey_without_cast(sepia)[..., 0])),
            (psnr(grey, damaged), psnr(grey, filled)),
            (psnr(grey, cracked), psnr(grey, repaired)),
        )
        *row, last = (f"{before:.1f} → {after:.1f}" for before, after in steps)
        share, vain = (found & mask).sum() / mask.sum(), find_scratches(grey).mean()
        print(f"| {name} | {' | '.join(row)} | {share:.0%} | {vain:.3%} |", flush=True)
        share = (split & cracks).sum() / cracks.sum()
        # What lies one pixel beside a crack is filled, too.
        correct = (split & ndimage.binary_dilation(cracks, np.ones((3, 3)))).sum()
        correct = correct / max(split.sum(), 1)
        cracked_rows += [f"| {name} | {last} | {share:.0%} | {correct:.0%} |"]
    print("", *cracked_rows, sep="\n")


def count_in_vain(folder, start=0):
    """Print how many photographs of a folder, none of them damaged, each step changes."""
    faded = tinted = 0
    shares = []
    for path in sorted(list_pictures(folder).pictures)[start::10]:
        with Image.open(path) as picture:
            grey, rgb = np.asarray(picture.convert("L")), np.asarray(picture.convert("RGB"))
        shares.append(find_scratches(grey).mean())
        faded += stretch_contrast(grey) is not grey
        tinted += (grey_without_cast(rgb)[..., 0] != grey).any()
    above = sum(share > 0.001 for share in shares)
    shown = f"{above} above 0.1 %, at most {max(shares):.2%}, mean {np.mean(shares):.4%}"
    print(f"{len(shares)} pictures; scratches: {shown}")
    print(f"fading: {faded} changed; cast: {tinted} changed")


if __name__ == "__main__":
    if sys.argv[1:]:
        count_in_vain(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:]))
    else:
        main()
