import type { Post } from '../contracts/index.js';
import { Problem, problemsOf } from '../runtime/index.js';
import { incomingPost } from './check.js';
import type { Line } from './lines.js';

/** What a line is answered with. */
export type Answer = { line: number; id: string; receipt: string } | { line: number; error: Record<string, unknown> };

export function errorOf(line: number, problem: Problem): Answer {
  const { type: _, ...error } = problem.toJSON();
  return { line, error };
}

/** The post of a line, or what is wrong with it. */
export function parseLine(line: Line): { line: number; post: Post } | Answer {
  if ('problem' in line) return errorOf(line.line, new Problem(line.problem.status, line.problem.detail));
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return errorOf(line.line, new Problem(400, `The line is not JSON: ${(error as Error).message.slice(0, 200)}`));
  }
  const result = incomingPost.safeParse(value);
  if (result.success) return { line: line.line, post: result.data };
  return errorOf(
    line.line,
    new Problem(422, 'Some fields are missing or wrong.', { errors: problemsOf(result.error) }),
  );
}
