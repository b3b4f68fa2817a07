import { type Logger, pino } from 'pino';

/** A structured log. Every line about a post carries its id: `log.child({ platform, post })`. */
export type Log = Logger;

const secrets = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'key', 'text'];

/** Makes the process's log: JSON lines on standard error, so that a command's standard output stays its own. */
export function createLog(level: string, pretty: boolean): Log {
  const redact = secrets.flatMap(name => [name, `*.${name}`, `*.headers.${name}`]);
  const options = { level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!pretty) return pino(options, pino.destination({ dest: 2, sync: false }));
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { destination: 2, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' },
    },
  });
}
