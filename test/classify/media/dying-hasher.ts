/** A process that hashes, and ends or hangs where the first byte says so. */
process.on('message', ({ id, bytes }: { id: number; bytes: Uint8Array }) => {
  if (bytes[0] === 1) process.kill(process.pid, 'SIGSEGV');
  else if (bytes[0] !== 2) process.send?.({ id, hashes: { sha256: 'done', md5: String(process.pid) } });
});
process.on('disconnect', () => process.exit());
