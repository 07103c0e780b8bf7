"""What else makes small pictures of large ones: Pillow and libvips.

`make <folder>` writes the pictures that are measured; `pillow|vips <file> <count>` prints nanoseconds of the processor; `like <file>
<copy>` prints how like the whole picture, made smaller with Lanczos, a copy is, and Pillow's own. Both
decode the whole file, turn it upright, and write JPEGs of at most 1080, 480 and 160 pixels without metadata.
"""

import io
import math
import os
import sys
import time

SIZES = (1080, 480, 160)
QUALITY = 82


def make(folder):
    from PIL import Image

    def landscape(width, height):
        """Soft colours with the noise of a sensor, which packs about as well as a photo does."""
        red = Image.linear_gradient("L").resize((width, height))
        green = Image.radial_gradient("L").resize((width, height))
        blue = Image.effect_noise((width, height), 24)
        picture = Image.merge("RGB", (red, green, blue))
        return Image.blend(picture, Image.effect_noise((width, height), 40).convert("RGB"), 0.3)

    twelve = landscape(4000, 3000)
    twelve.save(f"{folder}/camera.jpg", quality=85, subsampling=2)
    twelve.save(f"{folder}/progressive.jpg", quality=85, subsampling=2, progressive=True)
    landscape(1080, 1080).save(f"{folder}/base.jpg", quality=85, subsampling=2)
    twelve.save(f"{folder}/full.jpg", quality=85, subsampling=0, progressive=True)
    small = landscape(2000, 1500)
    small.save(f"{folder}/picture.png", compress_level=6)
    small.save(f"{folder}/lossy.webp", quality=80)
    small.save(f"{folder}/lossless.webp", lossless=True, quality=0)
    with open(f"{folder}/camera.jpg", "rb") as file:
        whole = file.read()
    with open(f"{folder}/cut.jpg", "wb") as file:
        file.write(whole[: len(whole) // 2])


def pillow(path):
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        # Without this, Pillow would decode a smaller picture than the one that is in the file.
        picture.load()
        picture = ImageOps.exif_transpose(picture).convert("RGB")
        for size in SIZES:
            picture.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=None)
            picture.save(io.BytesIO(), "JPEG", quality=QUALITY, subsampling=0)


def vips(path):
    import pyvips

    picture = pyvips.Image.new_from_file(path, access="sequential").autorot()
    for size in SIZES:
        scale = min(1.0, size / max(picture.width, picture.height))
        picture = picture.resize(scale, kernel="lanczos3").copy_memory()
        picture.jpegsave_buffer(Q=QUALITY, subsample_mode="off", keep="none")


def like(path, copy):
    from PIL import Image, ImageChops, ImageMath, ImageStat

    with Image.open(path) as picture:
        picture = picture.convert("RGB")
        picture.thumbnail((SIZES[0], SIZES[0]), Image.Resampling.LANCZOS, reducing_gap=None)
    own = io.BytesIO()
    picture.save(own, "JPEG", quality=QUALITY, subsampling=0)

    def structure(one, other):
        """SSIM of the brightness, in blocks of eight by eight."""

        def mean(image, of):
            return ImageMath.lambda_eval(lambda known: of(known["a"], known["b"]), a=image[0], b=image[1]).reduce(8)

        both = [image.convert("L").convert("F") for image in (one, other)]
        a, b = (image.reduce(8) for image in both)
        squares = [mean(both, of) for of in (lambda a, b: a * a, lambda a, b: b * b, lambda a, b: a * b)]

        def similarity(known):
            a, b, aa, bb, ab = (known[name] for name in ("a", "b", "aa", "bb", "ab"))
            shade = (a * b * 2 + 6.5025) / (a * a + b * b + 6.5025)
            return shade * ((ab - a * b) * 2 + 58.5225) / (aa - a * a + bb - b * b + 58.5225)

        blocks = ImageMath.lambda_eval(similarity, a=a, b=b, aa=squares[0], bb=squares[1], ab=squares[2])
        return blocks.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))

    for file in (copy, own):
        with Image.open(file) as image:
            image = image.convert("RGB")
            squares = sum(rms * rms for rms in ImageStat.Stat(ImageChops.difference(image, picture)).rms) / 3
            print(99 if squares == 0 else 10 * math.log10(255 * 255 / squares), structure(image, picture))


def main():
    if sys.argv[1] == "make":
        make(sys.argv[2])
        return
    if sys.argv[1] == "like":
        like(*sys.argv[2:])
        return
    os.environ["VIPS_CONCURRENCY"] = "1"
    work = {"pillow": pillow, "vips": vips}[sys.argv[1]]
    work(sys.argv[2])
    for _ in range(int(sys.argv[3])):
        started = time.process_time_ns()
        work(sys.argv[2])
        print(time.process_time_ns() - started)


main()
