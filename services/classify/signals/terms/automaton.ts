const units = 0x10000;

/**
 * Finds many strings in one pass (Aho and Corasick, "Efficient string matching", 1975). A search compares at most twice for each letter, and once for each
 * string that ends at a letter: for strings of `n` different lengths at most `2 + n` times for each letter, whatever it holds.
 */
export class Automaton {
  /** By node and letter, the node behind it. Node 0 is the root. */
  private readonly edges = new Map<number, number>();
  /** By node: that of the longest other string that ends here too, the string that ends here (or -1), and the next node with one. */
  private readonly fallback: number[] = [0];
  private readonly ends: number[] = [-1];
  private readonly endsToo: number[] = [0];
  private compared = 0;

  /** @param strings each once and not empty */
  constructor(strings: readonly (readonly number[])[]) {
    const parents: number[] = [0];
    const letterOf: number[] = [0];
    const depths: number[] = [0];
    strings.forEach((string, n) => {
      let node = 0;
      for (const letter of string) {
        const key = node * units + letter;
        let following = this.edges.get(key);
        if (following === undefined) {
          following = this.ends.push(-1) - 1;
          this.edges.set(key, following);
          parents.push(node);
          letterOf.push(letter);
          depths.push((depths[node] ?? 0) + 1);
        }
        node = following;
      }
      this.ends[node] = n;
    });
    const byDepth = depths.map((_, node) => node).sort((a, b) => depths[a]! - depths[b]!);
    for (const node of byDepth.slice(1)) {
      const parent = parents[node]!;
      const other = parent === 0 ? 0 : this.step(this.fallback[parent]!, letterOf[node]!);
      this.fallback[node] = other;
      this.endsToo[node] = this.ends[other] === -1 ? this.endsToo[other]! : other;
    }
  }

  /**
   * Calls `found` for each string that stands in the text, by its number and where it ends.
   * @returns how often something was compared
   */
  search(text: readonly number[], found: (string: number, end: number) => void): number {
    this.compared = 0;
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      node = this.step(node, text[at]!);
      for (let end = this.ends[node] === -1 ? this.endsToo[node]! : node; end !== 0; end = this.endsToo[end]!) {
        this.compared++;
        found(this.ends[end]!, at + 1);
      }
    }
    return this.compared;
  }

  private step(from: number, letter: number): number {
    for (let node = from; ; node = this.fallback[node]!) {
      this.compared++;
      const following = this.edges.get(node * units + letter);
      if (following !== undefined) return following;
      if (node === 0) return 0;
    }
  }
}
