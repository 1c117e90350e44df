"""Pictures in the memory of a GPU: cropped, mirrored, converted and given hints there, with JAX."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image

from colorlab import images
from colorlab.color import conversions

SIZE, SHORT, LONG, BATCH = 192, 192, 256, 128
SMALLEST_CROP, AUGMENTED, NOISY = 0.4, 0.3, 0.15
WITHOUT_HINTS, MANY_HINTS, MOST_HINTS, CELLS = 0.4, 0.15, 48, SIZE // 4
EXACT = jax.lax.Precision.HIGHEST


def load(table):
    """Read the pictures to canvases of one size; return them and the sizes of the pictures."""
    canvases = np.zeros((len(table), LONG, LONG, 3), "uint8")
    sizes = np.zeros((len(table), 2), "int32")
    for index, picture in enumerate(table.pictures):
        image = Image.fromarray(images.read_image(picture.path))
        scale = SHORT / min(image.size)
        image = image.resize([max(SHORT, round(side * scale)) for side in image.size])
        left, top = (max(0, (side - LONG) // 2) for side in image.size)
        pixels = np.asarray(image)[top : top + LONG, left : left + LONG]
        sizes[index] = pixels.shape[:2]
        canvases[index, : pixels.shape[0], : pixels.shape[1]] = pixels
    return canvases, sizes


def cells(rgb):
    """Average a and b of 4 x 4 pixels."""
    ab = conversions.srgb_to_lab(rgb / 255.0)[..., 1:]
    return ab.reshape(-1, CELLS, 4, CELLS, 4, 2).mean((2, 4))


def crop(key, canvases, sizes, cumulated):
    """Draw pictures, crop, mirror and resize them; return the grey inputs and the true a and b."""
    keys = jax.random.split(key, 6)
    index = jnp.searchsorted(cumulated, jax.random.uniform(keys[0], (BATCH,)) * cumulated[-1])
    rgb, extent = canvases[index].astype("float32"), sizes[index].astype("float32")
    side = SHORT * jnp.sqrt(jax.random.uniform(keys[1], (BATCH,), minval=SMALLEST_CROP))
    corner = jax.random.uniform(keys[2], (BATCH, 2)) * (extent - side[:, None])
    order = jnp.broadcast_to(jnp.arange(SIZE, dtype="float32"), (BATCH, SIZE))
    mirror = jax.random.bernoulli(keys[3], 0.5, (BATCH, 1))

    def weights(axis, order):
        source = corner[:, axis, None] + (order + 0.5) * side[:, None] / SIZE - 0.5
        source = jnp.clip(source, 0, extent[:, axis, None] - 1)
        return jnp.maximum(0, 1 - jnp.abs(source[..., None] - jnp.arange(LONG)))

    rgb = jnp.einsum("byj,bjkc->bykc", weights(0, order), rgb, precision=EXACT)
    columns = weights(1, jnp.where(mirror, SIZE - 1 - order, order))
    rgb = jnp.einsum("bxk,bykc->byxc", columns, rgb, precision=EXACT)
    grey = jnp.round(conversions.grey(rgb))[..., 0] / 255.0
    drawn = jax.random.uniform(keys[4], (5, BATCH, 1, 1))
    altered = (drawn[0] < AUGMENTED).astype("float32")
    grey = jnp.maximum(grey, 1e-4) ** jnp.exp((drawn[1] - 0.5) * 0.6 * altered)
    low, high = 0.12 * drawn[2] * altered, 1 - 0.12 * drawn[3] * altered
    noise = 0.02 * (drawn[4] < NOISY) * jax.random.normal(keys[5], grey.shape)
    return jnp.clip(low + (high - low) * grey + noise, 0, 1)[..., None] * 2 - 1, cells(rgb)


def simulate_hints(key, ab):
    """Draw no, few or many hints for each picture; they are 1 to 3 cells wide."""
    keys = jax.random.split(key, 4)
    kind, few, many = jax.random.uniform(keys[0], (3, BATCH))
    crowded = kind >= 1 - MANY_HINTS
    count = jnp.where(crowded, 8 + 40 * many, jnp.floor(jnp.log1p(-few) / math.log(0.8)) + 1)
    count = jnp.where(kind < WITHOUT_HINTS, 0, count)
    width = jax.random.randint(keys[1], (BATCH, MOST_HINTS), 1, 4).astype("float32")
    free = CELLS - width[..., None]
    central = jax.random.normal(keys[2], (BATCH, MOST_HINTS, 2)) * CELLS / 4 + free / 2
    anywhere = jax.random.uniform(keys[3], central.shape) * free
    first = jnp.clip(jnp.round(jnp.where(crowded[:, None, None], anywhere, central)), 0, free)
    place = jnp.arange(CELLS)
    rows, columns = (
        ((first[..., a, None] <= place) & (place < (first[..., a] + width)[..., None])) * 1.0
        for a in (0, 1)
    )
    rows = rows * (jnp.arange(MOST_HINTS) < count[:, None])[..., None]
    product = jnp.einsum("bkw,bhwc->bhkc", columns, ab, precision=EXACT)
    mean = jnp.einsum("bkh,bhkc->bkc", rows, product, precision=EXACT) / width[..., None] ** 2
    cover = jnp.einsum("bkh,bkw->bhw", rows, columns, precision=EXACT)[..., None]
    total = jnp.einsum("bkh,bkw,bkc->bhwc", rows, columns, mean, precision=EXACT)
    return jnp.concatenate([total / jnp.maximum(cover, 1), (cover > 0) * 1.0], axis=-1)
