import sharp from 'sharp';
import type { Picture } from './pdq.js';

/** It has no hash that could be compared. The message is the reason, for people. */
export class Unhashable extends Error {
  override name = 'Unhashable';
}

/** 8192 x 6144: what a phone takes. Decoded, it is 150 MB. */
export const mostPixels = 8192 * 6144;
/** Seconds for decoding one picture. */
const patience = 8;

// One picture at a time, and nothing kept of it.
sharp.cache(false);
sharp.concurrency(1);
// Whatever a file says of itself, no other decoder reads it: no SVG, no PDF, no camera's own format.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});

/**
 * The picture in the bytes, the first one of several, as it is stored: neither turned as a camera would have it nor with colours brought to
 * a profile, because other programs that make these hashes do neither.
 * @throws Unhashable
 */
export async function decode(bytes: Uint8Array): Promise<Picture> {
  if (!isPicture(bytes)) throw new Unhashable('it is no JPEG, PNG, WebP or GIF picture');
  const options = { failOn: 'error', limitInputPixels: mostPixels, sequentialRead: true, ignoreIcc: true } as const;
  try {
    const image = sharp(bytes, options).timeout({ seconds: patience });
    const { width, height, space } = await image.metadata();
    if (width * height > mostPixels) {
      throw new Unhashable(`its ${width} × ${height} pixels are more than ${mostPixels.toLocaleString('en')}`);
    }
    if (space === 'cmyk') {
      const { data, info } = await image
        .pipelineColourspace('cmyk')
        .toColourspace('cmyk')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { pixels: fromCmyk(data), width: info.width, height: info.height, channels: info.channels };
    }
    const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height, channels: info.channels };
  } catch (error) {
    if (error instanceof Unhashable) throw error;
    const [reason = ''] = (error as Error).message.split('\n', 1);
    throw new Unhashable(`it can't be decoded: ${reason.slice(0, 200)}`, { cause: error });
  }
}

/** By its first bytes: names and types that somebody gave it count for nothing. */
function isPicture(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1');
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    start.startsWith('GIF87a') ||
    start.startsWith('GIF89a') ||
    (start.startsWith('RIFF') && start.endsWith('WEBP'))
  );
}

/** Printer's colours as screens show them, in place: the fourth byte is of no use any more. */
function fromCmyk(pixels: Buffer): Buffer {
  for (let at = 0; at < pixels.length; at += 4) {
    const light = 255 - pixels[at + 3]!;
    for (let n = at; n < at + 3; n++) pixels[n] = Math.round(((255 - pixels[n]!) * light) / 255);
  }
  return pixels;
}
