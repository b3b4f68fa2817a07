import sharp, { type Sharp } from 'sharp';

/** Numbers that look like chance and are the same in each run. */
export function chance(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** A picture made of patches of light over patches, with some edges: it has something on every scale, as photographs do. */
export function drawn(seed: number, width: number, height: number): Sharp {
  const random = chance(seed);
  const layers = Array.from({ length: 7 }, (_, n) => {
    const side = 2 ** (n + 1);
    const values = Array.from({ length: 3 * side * side }, () => (random() - 0.5) * (180 / (n + 1)));
    return { side, values };
  });
  const boxes = Array.from({ length: 6 }, () => ({
    x: random() * width,
    y: random() * height,
    w: (random() * width) / 3,
    h: (random() * height) / 3,
    light: (random() - 0.5) * 160,
  }));
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let extra = 128;
      for (const box of boxes) {
        if (x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h) extra += box.light;
      }
      for (let c = 0; c < 3; c++) {
        let value = extra;
        for (const { side, values } of layers) {
          const [fx, fy] = [(x / width) * (side - 1), (y / height) * (side - 1)];
          const [ix, iy] = [Math.min(Math.floor(fx), side - 2), Math.min(Math.floor(fy), side - 2)];
          const at = (dx: number, dy: number) => values[((iy + dy) * side + ix + dx) * 3 + c]!;
          const [rx, ry] = [fx - ix, fy - iy];
          value += (at(0, 0) * (1 - rx) + at(1, 0) * rx) * (1 - ry) + (at(0, 1) * (1 - rx) + at(1, 1) * rx) * ry;
        }
        pixels[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** A picture in the forms in which it comes, by file name. */
export async function inAllForms(name: string, image: Sharp): Promise<Map<string, Buffer>> {
  const form = (ending: string, made: Sharp) => made.toBuffer().then(bytes => [`${name}${ending}`, bytes] as const);
  return new Map(
    await Promise.all([
      form('.png', image.clone().png()),
      form('-interlaced.png', image.clone().png({ progressive: true })),
      form('-palette.png', image.clone().png({ palette: true, colours: 64 })),
      form('-grey.png', image.clone().greyscale().png()),
      form('-clear.png', image.clone().ensureAlpha(0.4).png()),
      form('-95.jpg', image.clone().jpeg({ quality: 95 })),
      form('-30.jpg', image.clone().jpeg({ quality: 30 })),
      form('-progressive.jpg', image.clone().jpeg({ quality: 80, progressive: true, chromaSubsampling: '4:4:4' })),
      form('-grey.jpg', image.clone().greyscale().jpeg()),
      form('-cmyk.jpg', image.clone().toColourspace('cmyk').jpeg()),
      form('-turned.jpg', image.clone().withMetadata({ orientation: 6 }).jpeg()),
      form('.webp', image.clone().webp({ quality: 70 })),
      form('-lossless.webp', image.clone().webp({ lossless: true })),
      form('.gif', image.clone().gif()),
    ]),
  );
}
