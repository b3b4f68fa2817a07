import { isUtf8 } from 'node:buffer';
import { type Request, type RequestHandler, raw } from 'express';
import type { z } from 'zod';
import { Problem } from './problem.js';

/** Reads a body of at most `limit` bytes, for `parseBody`. */
export const readBody = (limit: number): RequestHandler => raw({ type: () => true, limit });

/** Where in the JSON what is wrong, as in `author.id`. */
export const problemsOf = (error: z.ZodError): { path: string; message: string }[] =>
  error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));

/** Parses bytes as JSON. @throws Problem 400 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new Problem(400, 'The body is not UTF-8.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Problem(400, `The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** The body, checked. @throws Problem 400 (not UTF-8, not JSON), 422 (a field is missing or wrong, with its path). */
export function parseBody<S extends z.ZodType>(req: Request, schema: S): z.infer<S> {
  const bytes: unknown = req.body;
  const result = schema.safeParse(Buffer.isBuffer(bytes) && bytes.length > 0 ? parseJson(bytes) : undefined);
  if (!result.success)
    throw new Problem(422, 'Some fields are missing or wrong.', { errors: problemsOf(result.error) });
  return result.data;
}

/** The query string, checked. @throws Problem 422 */
export function parseQuery<S extends z.ZodType>(req: Request, schema: S): z.infer<S> {
  const result = schema.safeParse(req.query);
  if (!result.success)
    throw new Problem(422, 'Some parameters are missing or wrong.', { errors: problemsOf(result.error) });
  return result.data;
}
