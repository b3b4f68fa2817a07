import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';

export const secret = `whsec_${Buffer.from('a secret of the tests, 32 bytes.').toString('base64')}`;

export interface Mail {
  to: string[];
  id: string;
  subject: string;
  /** The body, decoded from quoted-printable. */
  text: string;
  at: number;
}

const plain = (body: string): string =>
  Buffer.from(
    body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** A real mail server on this machine that keeps what it takes. `refuse` names addresses that it does not take mail for. */
export async function mailServer(refuse: string[] = []) {
  const mails: Mail[] = [];
  const attempts: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo({ address }, _session, done) {
      attempts.push(address);
      done(refuse.includes(address) ? new Error('mailbox unavailable') : undefined);
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', part => parts.push(part));
      stream.on('end', () => {
        const raw = Buffer.concat(parts).toString('latin1');
        const split = raw.indexOf('\r\n\r\n');
        const head = raw.slice(0, split).replace(/\r\n[ \t]+/g, ' ');
        const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
        const body = raw.slice(split + 4);
        const encoding = header('Content-Transfer-Encoding');
        mails.push({
          to: session.envelope.rcptTo.map(to => to.address),
          id: header('Message-ID'),
          subject: header('Subject'),
          text: encoding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : plain(body),
          at: Date.now(),
        });
        done();
      });
    },
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    attempts,
    url: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  };
}

export interface Call {
  id: string;
  /** The body, where its signature is right; a wrong one is answered 400 and not kept. */
  body: { type?: string; data?: Record<string, unknown> } & Record<string, unknown>;
  at: number;
}

/** A real receiver of webhooks that checks every signature. `answer` may say what it answers to the nth call. */
export async function webhookServer(answer: (n: number) => number = () => 200) {
  const calls: Call[] = [];
  let n = 0;
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', part => parts.push(part));
    req.on('end', () => {
      const status = answer(n++);
      try {
        const body = new Webhook(secret).verify(
          Buffer.concat(parts).toString('utf8'),
          req.headers as Record<string, string>,
        );
        calls.push({ id: String(req.headers['webhook-id']), body: body as Call['body'], at: Date.now() });
        res.writeHead(status).end();
      } catch {
        res.writeHead(400).end();
      }
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    asked: () => n,
    url: `http://127.0.0.1:${port}/hook`,
    close: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
