"""A picture of a page with at most 256 colours: a third of the bytes, and nobody sees the difference.

The browser takes the picture apart, because it can; the form is that of PNG (ISO/IEC 15948, 11.2).
"""

import base64
import struct
import zlib

from playwright.sync_api import Page

# Colours keep so many of their bits, as many as leave at most 256 of them.
_TAKE_APART = """async (picture) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  for (let bits = 8; ; bits -= 1) {
    const drop = 8 - bits;
    const kept = new Map();
    const pixels = new Uint8Array(data.length / 4);
    for (let at = 0; at < pixels.length && kept.size <= 256; at += 1) {
      const [red, green, blue] = data.subarray(4 * at, 4 * at + 3);
      const key = ((red >> drop) << 16) | ((green >> drop) << 8) | (blue >> drop);
      if (!kept.has(key)) kept.set(key, [kept.size, red, green, blue]);
      pixels[at] = kept.get(key)[0];
    }
    if (kept.size > 256) continue;
    const text = [];
    for (let at = 0; at < pixels.length; at += 32768) {
      text.push(String.fromCharCode(...pixels.subarray(at, at + 32768)));
    }
    const colours = [...kept.values()].map((each) => each.slice(1));
    return { width: bitmap.width, height: bitmap.height, pixels: btoa(text.join("")), colours };
  }
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
