import { CannotCheck, Differs, type Finding } from './outcome.js';

/** What was found so far. */
export class Checks {
  readonly findings: Finding[] = [];

  /**
   * One check: what it returns is said where it agrees, and what it throws where it differs or can't be done.
   * @returns its value; undefined where it did not agree
   */
  async run<T>(
    check: string,
    run: () => Promise<[says: string, value: T]> | [says: string, value: T],
  ): Promise<T | undefined> {
    try {
      const [says, value] = await run();
      this.findings.push({ check, verdict: 'agrees', says });
      return value;
    } catch (error) {
      this.fail(check, error);
      return undefined;
    }
  }

  /** One step of a check, of which nothing is said where it goes well. */
  async step<T>(check: string, run: () => Promise<T>): Promise<{ value: T } | undefined> {
    try {
      return { value: await run() };
    } catch (error) {
      this.fail(check, error);
      return undefined;
    }
  }

  /** @throws what is neither found nor kept from being found: a fault of this program */
  fail(check: string, error: unknown): void {
    if (!(error instanceof Differs || error instanceof CannotCheck)) throw error;
    const { message: says } = error;
    if (error instanceof Differs) this.findings.push({ check, verdict: 'differs', says, proof: error.proof });
    else this.findings.push({ check, verdict: 'unchecked', says });
  }

  remark(check: string, says: string): void {
    this.findings.push({ check, verdict: 'remark', says });
  }
}
