/** A picture, row by row: 1 (grey), 3 (RGB) or 4 bytes a pixel, of which the fourth counts for nothing. */
export interface Picture {
  pixels: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

export interface PdqHash {
  /** 64 lower-case hex digits. */
  hash: string;
  /** From 0 to 100; below 50 the hash says too little to be compared. */
  quality: number;
}

/** A picture's side is brought down to this many points. */
const points = 64;
/** Of the frequencies that has, so many are looked at in each direction; the constant one is left out. */
const frequencies = 16;
/** Under this the specification gives no hash. */
const leastSide = 5;
const brightness = { red: 0.299, green: 0.587, blue: 0.114 } as const;

/**
 * The PDQ hash of a picture: whether each of its 256 lowest frequencies is above their median. "The TMK+PDQF Video-Hashing Algorithm and the
 * PDQ Image-Hashing Algorithm", Facebook 2019.
 */
export function pdqOf(picture: Picture): PdqHash {
  if (picture.width < leastSide || picture.height < leastSide) return { hash: '0'.repeat(64), quality: 0 };
  const small = shrink(picture);
  const spectrum = spectrumOf(small);
  const median = Float64Array.from(spectrum).sort()[spectrum.length / 2 - 1]!;
  let hash = '';
  for (let n = spectrum.length - 4; n >= 0; n -= 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) if (spectrum[n + bit]! > median) digit |= 1 << bit;
    hash += digit.toString(16);
  }
  return { hash, quality: qualityOf(small) };
}

/** How much pixels count for one point of the smaller picture: those from `first` on. */
interface Window {
  first: number;
  weights: Float64Array;
}

/**
 * A side is smoothed by the mean over a window of a 128th of it, twice, and taken at 64 places. Only those are worked out, from the pixels at
 * once: near an edge the window has only what is there, in both rounds.
 */
function windowsOf(side: number): Window[] {
  const full = Math.ceil(side / (2 * points));
  const right = Math.floor(full / 2);
  const left = full - 1 - right;
  const start = (at: number) => Math.max(at - left, 0);
  const end = (at: number) => Math.min(at + right, side - 1);
  return Array.from({ length: points }, (_, n) => {
    const centre = Math.floor(((n + 0.5) * side) / points);
    const first = start(start(centre));
    const weights = new Float64Array(end(end(centre)) - first + 1);
    const outer = 1 / (end(centre) - start(centre) + 1);
    for (let at = start(centre); at <= end(centre); at++) {
      const weight = outer / (end(at) - start(at) + 1);
      for (let pixel = start(at); pixel <= end(at); pixel++) weights[pixel - first]! += weight;
    }
    return { first, weights };
  });
}

/** The picture's brightness, smoothed, at 64 x 64 places. */
function shrink({ pixels, width, height, channels }: Picture): Float64Array {
  const columns = windowsOf(width);
  const rows = windowsOf(height);
  const small = new Float64Array(points * points);
  const line = new Float64Array(width);
  const across = new Float64Array(points);
  for (let y = 0, from = 0; y < height; y++) {
    // Windows follow each other: those that a row is in are next to each other.
    while (from < points && rows[from]!.first + rows[from]!.weights.length <= y) from++;
    if (from === points) break;
    if (rows[from]!.first > y) continue;
    readLine(pixels, y * width * channels, channels, line);
    for (let n = 0; n < points; n++) {
      const { first, weights } = columns[n]!;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += line[first + k]! * weights[k]!;
      across[n] = sum;
    }
    for (let row = from; row < points && rows[row]!.first <= y; row++) {
      const weight = rows[row]!.weights[y - rows[row]!.first]!;
      for (let n = 0; n < points; n++) small[row * points + n]! += across[n]! * weight;
    }
  }
  return small;
}

function readLine(pixels: Uint8Array, start: number, channels: number, line: Float64Array): void {
  if (channels < 3) {
    for (let x = 0, at = start; x < line.length; x++, at += channels) line[x] = pixels[at]!;
    return;
  }
  const { red, green, blue } = brightness;
  for (let x = 0, at = start; x < line.length; x++, at += channels) {
    line[x] = red * pixels[at]! + green * pixels[at + 1]! + blue * pixels[at + 2]!;
  }
}

/** How much the picture changes from place to place, by the specification's rule of thumb. */
function qualityOf(small: Float64Array): number {
  const step = (a: number, b: number): number => Math.abs(Math.trunc(((small[a]! - small[b]!) * 100) / 255));
  let sum = 0;
  for (let y = 0; y < points; y++) {
    for (let x = 0; x < points; x++) {
      const at = y * points + x;
      if (y + 1 < points) sum += step(at, at + points);
      if (x + 1 < points) sum += step(at, at + 1);
    }
  }
  return Math.min(Math.floor(sum / 90), 100);
}

/** Rows 1 to 16 of the discrete cosine transform of 64 points. */
const cosines = Float64Array.from({ length: frequencies * points }, (_, n) => {
  const frequency = Math.floor(n / points) + 1;
  return Math.sqrt(2 / points) * Math.cos((Math.PI / (2 * points)) * frequency * (2 * (n % points) + 1));
});

/** Frequencies 1 to 16 down, then across. */
function spectrumOf(small: Float64Array): Float64Array {
  const half = new Float64Array(frequencies * points);
  for (let f = 0; f < frequencies; f++) {
    for (let y = 0; y < points; y++) {
      const cosine = cosines[f * points + y]!;
      for (let x = 0; x < points; x++) half[f * points + x]! += cosine * small[y * points + x]!;
    }
  }
  const spectrum = new Float64Array(frequencies * frequencies);
  for (let f = 0; f < frequencies; f++) {
    for (let g = 0; g < frequencies; g++) {
      let sum = 0;
      for (let x = 0; x < points; x++) sum += half[f * points + x]! * cosines[g * points + x]!;
      spectrum[f * frequencies + g] = sum;
    }
  }
  return spectrum;
}
