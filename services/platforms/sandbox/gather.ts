/**
 * Reads many keys at once. While one read is under way, what is asked for meanwhile waits for the next, which takes it all: nobody is given
 * what was read before they asked. Looking asks for one post a dozen times within a millisecond or two.
 */
export function gather<V>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
): (key: string) => Promise<V | undefined> {
  let next: { keys: Set<string>; values: Promise<ReadonlyMap<string, V>> } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function begin() {
    const keys = new Set<string>();
    const values = last.then(() => {
      next = undefined;
      return read([...keys]);
    });
    last = values.catch(() => undefined); // Told to those who asked.
    return { keys, values };
  }

  return async key => {
    next ??= begin();
    next.keys.add(key);
    return (await next.values).get(key);
  };
}
