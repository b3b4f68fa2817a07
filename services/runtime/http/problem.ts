import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { ConflictError, UnavailableError } from '../database/index.js';
import type { Log } from '../log/index.js';

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not valid',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
};

/** An error as the caller gets it: RFC 9457 `application/problem+json`. Throw it from any handler. */
export class Problem extends Error {
  override name = 'Problem';
  constructor(
    readonly status: number,
    readonly detail: string,
    /** Further members, e.g. `errors: [{ path, message }]`. */
    readonly extra: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }

  toJSON(): Record<string, unknown> {
    return {
      type: 'about:blank',
      title: titles[this.status] ?? 'Error',
      status: this.status,
      detail: this.detail,
      ...this.extra,
    };
  }
}

/** What the caller is told of an error; undefined for what is our own fault. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof UnavailableError) {
    return new Problem(
      503,
      'A part that this needs is away. Nothing was acknowledged; send it again.',
      {},
      { 'Retry-After': '2' },
    );
  }
  if (error instanceof ConflictError)
    return new Problem(409, 'It was changed by somebody else at the same moment. Look again.');
  const { status, type } = error as { status?: number; type?: string };
  if (type === 'entity.too.large') return new Problem(413, 'The body is larger than this address takes.');
  if (status !== undefined && status >= 400 && status < 500) return new Problem(status, (error as Error).message);
  return undefined;
}

export function sendProblem(res: Response, problem: Problem): void {
  res.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(problem));
}

export const notFound: RequestHandler = (req, res) => {
  sendProblem(res, new Problem(404, `There is nothing at ${req.method} ${req.path}.`));
};

export const onError =
  (log: Log): ErrorRequestHandler =>
  (error, req, res, _next) => {
    const problem = toProblem(error);
    if (!problem) log.error({ err: error, method: req.method, path: req.path }, 'request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendProblem(res, problem ?? new Problem(500, 'This is our fault; it is in the log.'));
  };
