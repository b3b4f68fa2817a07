/**
 * Resolves with the first answer that is something: not undefined, null, false, 0 or ''. A busy machine takes its time, so the patience is long; what is
 * found costs none of it.
 * @param what named where it does not come
 */
export async function until<T>(
  look: () => Promise<T> | T,
  what = 'what the test waits for',
  patience = 30_000,
): Promise<Exclude<T, undefined | null | false>> {
  for (const end = performance.now() + patience; ; ) {
    const found = await look();
    if (found) return found as Exclude<T, undefined | null | false>;
    if (performance.now() > end) throw new Error(`not within ${patience} ms: ${what} (last: ${JSON.stringify(found)})`);
    await new Promise(resolve => setTimeout(resolve, 15));
  }
}
