"""A picture of a page with at most 256 colours: a third of the bytes, and nobody sees the difference.

The browser takes the picture apart, because it can; the form is that of PNG (ISO/IEC 15948, 11.2).
"""

import base64
import struct
import zlib

from playwright.sync_api import Page

# The most frequent colours stay as they are; each of the others becomes the nearest of those.
_TAKE_APART = """async (picture) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const keys = new Uint32Array(data.length / 4);
  const counts = new Map();
  for (let at = 0; at < keys.length; at += 1) {
    keys[at] = (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2];
    counts.set(keys[at], (counts.get(keys[at]) ?? 0) + 1);
  }
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([key]) => key);
  const split = (key) => [key >> 16, (key >> 8) & 255, key & 255];
  const colours = kept.map(split);
  const places = new Map(kept.map((key, place) => [key, place]));
  for (const key of counts.keys()) {
    if (places.has(key)) continue;
    const [red, green, blue] = split(key);
    let best = 0;
    let least = Infinity;
    colours.forEach(([r, g, b], place) => {
      const off = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (off < least) [least, best] = [off, place];
    });
    places.set(key, best);
  }
  const pixels = Uint8Array.from(keys, (key) => places.get(key));
  const text = [];
  for (let at = 0; at < pixels.length; at += 32768) {
    text.push(String.fromCharCode(...pixels.subarray(at, at + 32768)));
  }
  return { width: bitmap.width, height: bitmap.height, pixels: btoa(text.join("")), colours };
}"""


def small(picture: bytes, page: Page) -> bytes:
    """The same picture, smaller. `page` is any page of a browser; it is closed."""
    found = page.evaluate(_TAKE_APART, base64.b64encode(picture).decode())
    page.close()
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    colours = b"".join(map(bytes, found["colours"]))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True)))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
