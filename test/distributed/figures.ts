import type { Process } from './process.js';

type Labels = Record<string, string>;

/** What a process says of itself at /metrics. */
export interface Figures {
  /** Whether it publishes this metric, with or without a value. */
  has(name: string): boolean;
  /** The sum over the series of this name with these labels; undefined where there is none. */
  sum(name: string, labels?: Labels): number | undefined;
}

export async function figuresOf({ url }: Process): Promise<Figures> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return {
    has: name => text.includes(`# TYPE ${name} `),
    sum(name, labels = {}) {
      const values = text.split('\n').flatMap(line => {
        const [, found, given, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
        if (found !== name) return [];
        const wanted = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
        return wanted.every(label => given?.split(',').includes(label)) ? [Number(value)] : [];
      });
      return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
    },
  };
}
