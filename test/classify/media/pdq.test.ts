import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { type Hasher, startHasher } from '../../../services/classify/signals/media/pdq/index.js';
import { chance, drawn, inAllForms } from './pictures.js';

const digest = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest('hex');

describe('files of strangers', () => {
  let hasher: Hasher;
  beforeAll(() => {
    hasher = startHasher();
  });
  afterAll(() => hasher.stop());

  test('a picture has a PDQ hash and digests of its bytes', async () => {
    const bytes = await drawn(1, 320, 240).jpeg().toBuffer();
    expect(await hasher.hash(bytes)).toEqual({
      sha256: digest('sha256', bytes),
      md5: digest('md5', bytes),
      pdq: expect.stringMatching(/^[0-9a-f]{64}$/),
      quality: 100,
    });
  });

  test('many at once are answered each with its own', async () => {
    const pictures = await Promise.all([1, 2, 3, 4, 5].map(seed => drawn(seed, 80, 60).png().toBuffer()));
    const alone: unknown[] = [];
    for (const bytes of pictures) alone.push(await hasher.hash(bytes));
    expect(await Promise.all(pictures.map(bytes => hasher.hash(bytes)))).toEqual(alone);
    expect(new Set(alone.map(hashes => JSON.stringify(hashes))).size).toBe(5);
  });

  test('what is no picture of the four kinds is told, whatever it is called, and has its digests', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><image href="file:///etc/passwd"/></svg>';
    const tiff = await drawn(1, 60, 60).tiff().toBuffer();
    const avif = await drawn(1, 60, 60).avif().toBuffer();
    const others = ['', 'GIF', 'hello', '%PDF-1.7', svg, `<?xml version="1.0"?>${svg}`].map(text => Buffer.from(text));
    for (const bytes of [...others, tiff, avif, Buffer.alloc(100), Buffer.concat([Buffer.from('\n'), tiff])]) {
      expect(await hasher.hash(bytes)).toEqual({
        sha256: digest('sha256', bytes),
        md5: digest('md5', bytes),
        unhashable: 'it is no JPEG, PNG, WebP or GIF picture',
      });
    }
  });

  test('another format behind the first bytes of one of the four is not decoded', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>';
    for (const start of ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF89a', 'RIFF\x00\x00\x00\x00WEBP']) {
      const { unhashable } = await hasher.hash(Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(svg)]));
      expect(unhashable).toMatch(/^it can't be decoded: /);
    }
  });

  test('a truncated file is told, wherever it ends', async () => {
    const forms = await inAllForms('picture', drawn(3, 160, 120));
    for (const [name, bytes] of forms) {
      for (const share of [0.2, 0.5, 0.9]) {
        const { unhashable } = await hasher.hash(bytes.subarray(0, Math.floor(bytes.length * share)));
        expect({ name, share, unhashable }).toEqual({
          name,
          share,
          unhashable: expect.stringMatching(/can't be decoded/),
        });
      }
    }
  });

  test('bytes that were changed anywhere give an answer', async () => {
    const random = chance(7);
    const forms = [...(await inAllForms('picture', drawn(4, 96, 96))).values()];
    for (let n = 0; n < 140; n++) {
      const bytes = Buffer.from(forms[n % forms.length]!);
      for (let k = 0; k < 1 + n / 10; k++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const { pdq, unhashable } = await hasher.hash(bytes);
      expect([pdq, unhashable].filter(Boolean)).toHaveLength(1);
    }
  });

  test('dimensions beyond what is decoded are told before they cost anything', async () => {
    const from = performance.now();
    for (const [width, height] of [
      [60_000, 60_000],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [50_331_649, 1],
      [1, 2 ** 30],
    ] as const) {
      expect((await hasher.hash(png(width, height, Buffer.alloc(1000)))).unhashable).toMatch(/pixel|decoded/);
    }
    // A real one: 400 million points in 50 KB.
    const bomb = png(20_000, 20_000, Buffer.alloc(20_000 * 2_501));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await hasher.hash(bomb)).unhashable).toMatch(/pixel/);
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  test('the largest picture that is decoded shows nothing here, and says so', async () => {
    expect((await hasher.hash(png(8192, 6144, Buffer.alloc(6144 * 1025)))).unhashable).toMatch(
      /too little \(quality 0 /,
    );
  });

  test('of 100,000 frames the first counts', async () => {
    const first = await drawn(5, 64, 64).gif().toBuffer();
    const { pdq } = await hasher.hash(first);
    // A frame of one point: where it is, how large, and its colour.
    const point = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
    const frames = Buffer.concat([
      first.subarray(0, -1),
      Buffer.alloc(point.length * 100_000, point),
      Buffer.from([0x3b]),
    ]);
    expect(await hasher.hash(frames)).toMatchObject({ pdq });
  });

  test('a picture without content, or of few points, has no hash', async () => {
    const flat = { width: 400, height: 300, channels: 3 as const, background: '#888' };
    expect((await hasher.hash(await sharp({ create: flat }).png().toBuffer())).unhashable).toMatch(
      /too little \(quality 0 /,
    );
    expect((await hasher.hash(await drawn(1, 4, 400).png().toBuffer())).unhashable).toMatch(/too little/);
  });

  test('a file of 200 MB has its digests and no more', async () => {
    const bytes = Buffer.alloc(200e6, 0xff);
    bytes.set([0xff, 0xd8, 0xff]);
    const { sha256, md5, unhashable } = await hasher.hash(bytes);
    expect({ sha256, md5 }).toEqual({ sha256: digest('sha256', bytes), md5: digest('md5', bytes) });
    expect(unhashable).toBe('it is larger than 20 MB');
  });
});

describe('a process that dies', () => {
  const script = new URL('./dying-hasher.js', import.meta.url);
  const segfault = Buffer.from([1, 2, 3]);
  const hang = Buffer.from([2]);
  const good = Buffer.from([3]);

  test('costs the file that killed it, and no other', async () => {
    const hasher = startHasher({ script });
    const answers = await Promise.all([good, segfault, good, segfault, good].map(bytes => hasher.hash(bytes)));
    await hasher.stop();
    const ended = { sha256: digest('sha256', segfault), md5: digest('md5', segfault) };
    expect(answers[1]).toEqual({ ...ended, unhashable: 'hashing it ended the process that does it (SIGSEGV)' });
    expect(answers[3]).toEqual(answers[1]);
    for (const n of [0, 2, 4]) expect(answers[n]).toMatchObject({ sha256: 'done' });
  });

  test('a file that takes too long is given up, and the next one is hashed', async () => {
    const hasher = startHasher({ script, timeout: 500 });
    const [late, next] = await Promise.all([hasher.hash(hang), hasher.hash(good)]);
    await hasher.stop();
    expect(late.unhashable).toBe('hashing it took more than 0.5 s');
    expect(next).toMatchObject({ sha256: 'done' });
  });

  test('without work it ends, and starts with the next file', async () => {
    const hasher = startHasher({ script, idle: 10 });
    const pids = new Set<string>();
    for (let n = 0; n < 2; n++) {
      pids.add((await hasher.hash(good)).md5);
      await new Promise(resolve => setTimeout(resolve, 500));
    }
    await hasher.stop();
    expect(pids.size).toBe(2);
  });

  test('when stopped, what waits is rejected', async () => {
    const hasher = startHasher({ script });
    const waiting = [hasher.hash(hang), hasher.hash(good)];
    const rejected = Promise.allSettled(waiting);
    await hasher.stop();
    expect((await rejected).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(hasher.hash(good)).rejects.toThrow('stopped');
  });
});

/** A PNG of one bit a point, made of these lines. */
function png(width: number, height: number, lines: Buffer): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([1, 0, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, check]);
  };
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([start, chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}
