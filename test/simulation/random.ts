/** Random numbers that are the same in every run. */
export class Random {
  constructor(private state: number) {}

  /** From 0 (in) to 1 (out). Mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  poisson(mean: number): number {
    // Exact by halves: a Poisson variable is the sum of two with half the mean each; beyond, rounding is what is left of the difference.
    if (mean > 2_000) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    if (mean > 30) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const least = Math.exp(-mean);
    let n = 0;
    for (let product = this.next(); product > least; product *= this.next()) n++;
    return n;
  }

  binomial(n: number, p: number): number {
    let sum = 0;
    for (let i = 0; i < n; i++) if (this.next() < p) sum++;
    return sum;
  }
}
