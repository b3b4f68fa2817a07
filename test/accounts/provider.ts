import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OpenIdProvider {
  /** The settings of an installation that people sign on to here. */
  settings: { OIDC_ISSUER: string; OIDC_CLIENT_ID: string; OIDC_CLIENT_SECRET: string };
  /** Goes on to serve the installation at this address. */
  serve(url: string): Promise<void>;
  close(): void;
}

/** A real OpenID Connect provider, whose form takes any name. @param groupsOf the groups of an account */
export async function openIdProvider(groupsOf: (account: string) => string[]): Promise<OpenIdProvider> {
  // It says at length that it is not set up for real use.
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { client_id: 'sansdelai', client_secret: 'a-secret-of-the-client' };
  return {
    settings: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: client.client_id, OIDC_CLIENT_SECRET: client.client_secret },
    async serve(url) {
      const { Provider } = await import('oidc-provider');
      const provider = new Provider(issuer, {
        clients: [{ ...client, redirect_uris: [`${url}/v1/session/oidc/callback`] }],
        claims: { openid: ['sub', 'groups'], email: ['email'], profile: ['preferred_username'] },
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        features: { devInteractions: { enabled: true } },
        findAccount: (_context, id) => ({
          accountId: id,
          claims: () => ({ sub: id, email: `${id}@example.org`, groups: groupsOf(id) }),
        }),
      });
      server.on('request', provider.callback());
    },
    close() {
      Object.assign(console, { info, warn });
      server.close();
      server.closeAllConnections();
    },
  };
}
