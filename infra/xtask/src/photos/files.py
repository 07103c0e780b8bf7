"""Compares verdicts and copies with Pillow's.

`<bench> <folder>`: every JPEG, PNG and WebP below the folder is processed. What Pillow opens and we refuse is listed with the reason, and
fails unless the reason is known; the largest copy is compared with Pillow's whole picture, made smaller with Lanczos.
"""

import collections
import io
import math
import os
import subprocess
import sys
import tempfile
import warnings

from PIL import Image, ImageChops, ImageOps, ImageStat

ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp")
# What is refused on purpose, and why.
KNOWN = {
    "hopper_bad_exif.jpg": "1,214 bytes in a scan that are no part of it",
    "jpeg_ff00_header.jpg": "bytes between segments",
    "junk_jpeg_header.jpg": "bytes between segments",
    "photoshop-200dpi-broken.jpg": "bytes between segments",
    "truncated_app14.jpg": "a segment that is longer than it says",
    "chunk_actl_after_idat.png": "it says that it moves, at the wrong place",
    "chunk_multi_actl.png": "it says that it moves, twice",
    "syntax_num_frames_invalid.png": "it says that it moves",
    "syntax_num_frames_zero_default.png": "it says that it moves",
    "16383x16383.png": "more than 50 million pixels",
    "16384x16384.png": "more than 50 million pixels",
    "9643x10328.jpg": "more than 50 million pixels",
    # Accepted, and shown as the file says; Pillow turns them by what stands in texts.
    "xmp_tags_orientation.png": "turned by XMP, which is not read",
    "xmp_tags_orientation_exiftool.png": "turned by XMP, which is not read",
    "exif_imagemagick_orientation.png": "turned by a text of ImageMagick, which is not read",
    "app13.jpg": "sixteen pixels, whose four colours grow in another way",
    "png_decompression_dos.png": "a text that unpacks to much, and is not unpacked",
}
# So much less than what encoding costs Pillow itself, in decibels.
ALLOWED = 3


def theirs(path):
    """What Pillow says of a file, and the picture as it would show it."""
    try:
        with Image.open(path) as picture:
            if picture.format not in ("JPEG", "MPO", "PNG", "WEBP"):
                return "type", None
            if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                return "animated", None
            picture.load()
            # Pillow cuts off what it has more than eight bits of, instead of making it smaller.
            if picture.mode.startswith("I"):
                return "ready", None
            picture = ImageOps.exif_transpose(picture)
            if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                picture = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", picture.size, (255,) * 4), picture)
            return "ready", picture.convert("RGB")
    except Exception:
        return "damaged", None


def likeness(one, other):
    squares = sum(rms * rms for rms in ImageStat.Stat(ImageChops.difference(one, other)).rms) / 3
    return 99 if squares == 0 else 10 * math.log10(255 * 255 / squares)


def compare(bench, path, picture, folder):
    """How like the picture our largest copy is, and how like Pillow's own is."""
    picture.thumbnail((1080, 1080), Image.Resampling.LANCZOS, reducing_gap=None)
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=82, subsampling=0)
    subprocess.run([bench, "copies", path, folder], check=True)
    with Image.open(f"{folder}/1080.jpg") as ours, Image.open(encoded) as reference:
        if ours.size != picture.size:
            return 0, 99
        return likeness(ours.convert("RGB"), picture), likeness(reference.convert("RGB"), picture)


def main():
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    bench, folder = sys.argv[1:]
    paths = sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)
    paths = [path for path in paths if path.lower().endswith(ENDINGS)]
    told = subprocess.run([bench, "verdicts"], input="\n".join(paths), text=True, capture_output=True, check=True)
    counts, unknown, like = collections.Counter(), 0, []
    with tempfile.TemporaryDirectory() as copies:
        for path, ours in zip(paths, told.stdout.split(), strict=True):
            verdict, picture = theirs(path)
            counts[ours, verdict] += 1
            remark = None
            if (ours == "ready") != (verdict == "ready"):
                remark = f"{ours}, Pillow: {verdict}" if "ready" in (ours, verdict) else None
            elif picture is not None:
                ours, reference = compare(bench, path, picture, copies)
                like.append((ours, reference))
                if ours < reference - ALLOWED and ours < 45:
                    remark = f"{ours:.1f} dB, Pillow's own copy {reference:.1f} dB"
            if remark:
                reason = KNOWN.get(os.path.basename(path))
                unknown += reason is None
                print(f"{os.path.relpath(path, folder)}: {remark}; {reason or 'NOT KNOWN'}")
    print("\nours       Pillow's   files")
    for (ours, verdict), count in sorted(counts.items()):
        print(f"{ours:10} {verdict:10} {count}")
    if like:
        middle = len(like) // 2
        ours, reference = (sorted(column)[middle] for column in zip(*like))
        print(f"\n{len(like)} copies compared: {ours:.2f} dB in the middle, Pillow's own {reference:.2f} dB")
    sys.exit(1 if unknown else 0)


main()
