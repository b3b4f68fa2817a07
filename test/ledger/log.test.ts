import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  checkpointText,
  commitDetail,
  commitOpening,
  emptyRoot,
  Frontier,
  hashesAt,
  hashLeaf,
  hashPair,
  hashTile,
  type Opening,
  packEntries,
  parseCheckpoint,
  parseNote,
  parseSigner,
  parseTilePath,
  parseVerifier,
  signedBy,
  signerOf,
  signerText,
  signNote,
  tilePath,
  tilesOf,
  tileWidth,
  unpackEntries,
  verifierText,
} from '../../services/ledger/log/index.js';
import { fc } from '../property.js';

/** RFC 6962's definition, word for word: split at the largest power of two below n. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return createHash('sha256').update(Buffer.of(0)).update(leaves[0]!).digest();
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(treeHash(leaves.slice(0, k)))
    .update(treeHash(leaves.slice(k)))
    .digest();
}

const leavesOf = (n: number): Buffer[] => Array.from({ length: n }, (_, i) => Buffer.from(`entry ${i}`));

describe('the tree', () => {
  test('is that of RFC 6962 at every size up to 300, and beyond', () => {
    const frontier = new Frontier();
    const leaves = leavesOf(1_100);
    expect(frontier.root()).toEqual(emptyRoot);
    for (const [i, leaf] of leaves.entries()) {
      frontier.add(hashLeaf(leaf));
      if (i < 300 || i % 97 === 0) expect(frontier.root()).toEqual(treeHash(leaves.slice(0, i + 1)));
    }
    expect(frontier.size).toBe(1_100);
    // The empty tree and one leaf, as they are published: RFC 6962's test vectors.
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hashLeaf(Buffer.alloc(0)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  test('can be made from whole tiles and the rest', () => {
    const leaves = leavesOf(3 * tileWidth + 5).map(hashLeaf);
    const frontier = new Frontier();
    for (let tile = 0; tile < 3; tile++)
      frontier.add(hashTile(leaves.slice(tile * tileWidth, (tile + 1) * tileWidth)), 8);
    for (const leaf of leaves.slice(3 * tileWidth)) frontier.add(leaf);
    expect(frontier.root()).toEqual(treeHash(leavesOf(3 * tileWidth + 5)));
    expect(() => frontier.add(leaves[0]!, 8)).toThrow(RangeError);
    const copy = frontier.copy();
    copy.add(leaves[0]!);
    expect(copy.root()).not.toEqual(frontier.root());
    expect(hashPair(leaves[0]!, leaves[1]!)).not.toEqual(hashPair(leaves[1]!, leaves[0]!));
  });
});

describe('tiles', () => {
  test('have the paths of C2SP tlog-tiles, and no others are read', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 0, width: 7 })).toBe('tile/entries/000.p/7');
    expect(tilePath({ level: 3, index: 999, width: 255 })).toBe('tile/3/999.p/255');
    fc.assert(
      fc.property(
        fc.record({
          level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
          index: fc.maxSafeNat(),
          width: fc.integer({ min: 1, max: 256 }),
        }),
        name => expect(parseTilePath(tilePath(name))).toEqual(name),
      ),
    );
    for (const path of [
      'tile/0/1',
      'tile/0/0001',
      'tile/0/x000/001',
      'tile/00/001',
      'tile/64/001',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/0/001.p/1.p/1',
      'tile/0/../001',
      'tile/-1/001',
      'tile/data/001',
      `tile/0/${'x999/'.repeat(9)}999`,
      '',
    ])
      expect(parseTilePath(path)).toBeUndefined();
  });

  test('of a range, as they are in a log of a size', () => {
    expect(hashesAt(1, 256 * 256 + 3)).toBe(256);
    expect(tilesOf(0, 250, 520, 515)).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 0, index: 1, width: 256 },
      { level: 0, index: 2, width: 3 },
    ]);
    expect(tilesOf(1, 0, 9, 515)).toEqual([{ level: 1, index: 0, width: 2 }]);
    expect(tilesOf('entries', 0, 9, 0)).toEqual([]);
  });

  test('bundles hold entries with their lengths, and nothing that is cut off', () => {
    const entries = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(300, 7)];
    const bundle = packEntries(entries);
    expect(unpackEntries(bundle)).toEqual(entries);
    for (const cut of [1, 2, 299])
      expect(() => unpackEntries(bundle.subarray(0, bundle.length - cut))).toThrow(RangeError);
  });
});

describe('notes', () => {
  // The keys and the note of golang.org/x/mod/sumdb/note's own example.
  const skey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const line =
    '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

  test('are signed and read as Go does', () => {
    const signer = parseSigner(skey);
    expect(verifierText(signer)).toBe(vkey);
    expect(signerText(signer)).toBe(skey);
    const note = signNote(text, [signer], 0);
    expect(note).toBe(`${text}\n${line}`);
    expect(signedBy(parseNote(note), parseVerifier(vkey))).toEqual({});
    expect(signedBy(parseNote(note.replace('problem', 'Problem')), parseVerifier(vkey))).toBeUndefined();
  });

  test('with the time in the signature: it is signed too', () => {
    const signer = signerOf('example.org/log', generateKeyPairSync('ed25519').privateKey, 'timed');
    const plain = signerOf('example.org/log', signer.secret);
    const note = signNote('a\nb\n', [plain, signer], 1_795_322_312_692);
    const read = parseNote(note);
    expect(signedBy(read, parseVerifier(verifierText(signer)))).toEqual({ at: 1_795_322_312_000 });
    expect(signedBy(read, plain)).toEqual({});
    const later = { ...read, signatures: read.signatures.map(one => ({ ...one, bytes: Buffer.from(one.bytes) })) };
    later.signatures[1]!.bytes[7]! ^= 1;
    expect(signedBy(later, signer)).toBeUndefined();
    expect(() => signerOf('with space', signer.secret)).toThrow('no spaces');
  });

  test.each([
    ['no signature', 'a\n\n'],
    ['no empty line', 'a\nb\n'],
    ['a line that is no signature', 'a\n\nb\n'],
    ['a signature without bytes', 'a\n\n\u2014 name AAA=\n'],
    ['something endless', `${'a\n'.repeat(20_000)}\n\u2014 name AAAAAAAA\n`],
  ])('%s: not a note', (_, bad) => expect(() => parseNote(bad)).toThrow('not a signed note'));

  test('a key whose hash is another is refused', () => {
    expect(() => parseVerifier(vkey.replace('c74f20a3', 'c74f20a4'))).toThrow('c74f20a3');
    expect(() => parseVerifier(vkey.replace('PeterNeumann', 'Peter Neumann'))).toThrow('not an Ed25519 key');
    expect(() => parseSigner(vkey)).toThrow();
  });
});

test('checkpoints are read as they are written, and nothing else is', () => {
  const checkpoint = { origin: 'example.org/log', size: 7, root: hashLeaf(Buffer.of(1)) };
  expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
  expect(parseCheckpoint(`${checkpointText(checkpoint)}more\n`)).toEqual(checkpoint);
  for (const bad of [
    '',
    'o\n-1\nAA==\n',
    'o\n07\nAA==\n',
    'o\n1\nAA==\n',
    `o\npromise\n${checkpoint.root.toString('base64')}\n`,
  ])
    expect(() => parseCheckpoint(bad)).toThrow('not a checkpoint');
});

test('a commitment holds for one opening and one salt', () => {
  const detail = commitDetail(Buffer.alloc(32, 1), { b: 1, a: 'é' });
  expect(commitDetail(Buffer.alloc(32, 1), { a: 'é', b: 1 })).toBe(detail);
  const opening: Opening = { v: 1, kind: 'case.opened', at: 1, moves: [], detail };
  const entry = commitOpening(Buffer.alloc(32, 2), opening);
  expect(entry).toHaveLength(32);
  expect(commitOpening(Buffer.alloc(32, 3), opening)).not.toEqual(entry);
  expect(commitOpening(Buffer.alloc(32, 2), { ...opening, at: 2 })).not.toEqual(entry);
});
