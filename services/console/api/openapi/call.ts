import { z } from 'zod';
import type { Scope } from '../../../accounts/index.js';

/** One call, as the description needs it. Path parameters are read from the path. */
export interface Call {
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  summary: string;
  tag: string;
  /** The scope that the key needs; absent where no key is asked for. */
  scope?: Scope;
  query?: Readonly<Record<string, z.ZodType>>;
  /** By media type. */
  body?: Readonly<Record<string, z.ZodType>>;
  /** By status; undefined: no body. `text`: a body that isn't JSON, by its media type. */
  answers: Readonly<Record<number, { description: string; body?: Readonly<Record<string, z.ZodType>> } | undefined>>;
  /** Statuses of the problems it may answer, beside those that follow from the rest. */
  problems?: readonly number[];
}

export const json = (schema: z.ZodType) => ({ 'application/json': schema });
export const text = (type: string) => ({ [type]: z.string() });
export const limit = (most: number, usual: number) => z.int().min(1).max(most).default(usual);
export const flag = z.enum(['true', 'false']).default('false');
export const cursor = z.string().describe('the "next" of an earlier answer').optional();
