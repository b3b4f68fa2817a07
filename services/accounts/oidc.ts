import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { type Config, ConfigError, isLoopback, Problem, type Runtime } from '../runtime/index.js';
import { addPerson, changePerson, findPerson } from './people.js';
import { type Role, roleSchema } from './roles.js';
import { beginSession } from './sessions.js';

/** How long (ms) somebody may take at the provider. */
const patience = 600_000;
const stateCookie = 'sansdelai-login';

/** Whether single sign-on is set up. @throws ConfigError where it is by half */
export function usesOidc({ OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLES }: Config): boolean {
  const given = [OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET].filter(Boolean).length;
  if (given !== 0 && (given !== 3 || OIDC_ROLES.length === 0))
    throw new ConfigError(
      'Single sign-on needs OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_ROLES together',
    );
  return given === 3;
}

/** The severest role that the claim gives; undefined where it gives none. */
function roleFrom(config: Pick<Config, 'OIDC_ROLES'>, claim: unknown): Role | undefined {
  const values = new Set([claim].flat().filter(value => typeof value === 'string'));
  const found = config.OIDC_ROLES.flatMap(part => {
    const at = part.lastIndexOf('=');
    return values.has(part.slice(0, at)) ? [part.slice(at + 1)] : [];
  });
  return roleSchema.options.filter(role => found.includes(role)).at(-1);
}

/** Single sign-on with any OpenID Connect provider: code flow with PKCE, state and nonce, tied to the browser that began it. */
export class SingleSignOn {
  #provider: Promise<client.Configuration> | undefined;
  constructor(private readonly runtime: Runtime) {}

  /** Asked for when somebody first needs it: a provider that is away keeps nothing from starting. */
  #discover(): Promise<client.Configuration> {
    const { OIDC_ISSUER = '', OIDC_CLIENT_ID = '', OIDC_CLIENT_SECRET } = this.runtime.config;
    const issuer = new URL(OIDC_ISSUER);
    const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
    this.#provider ??= client
      .discovery(issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, undefined, {
        timeout: 10,
        ...(plain ? { execute: [client.allowInsecureRequests] } : {}),
      })
      .catch(error => {
        this.#provider = undefined;
        this.runtime.log.error({ err: error }, 'the login provider does not answer');
        throw new Problem(
          503,
          'The login provider does not answer. Try again, or log in with a password.',
          {},
          { 'Retry-After': '10' },
        );
      });
    return this.#provider;
  }

  get #callback(): string {
    return new URL('/v1/session/oidc/callback', this.runtime.config.SANSDELAI_URL ?? this.runtime.url).href;
  }

  /** Sends the browser to the provider. */
  async begin(res: Response): Promise<void> {
    const provider = await this.#discover();
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
    await this.runtime.cache.set(`oidc:${state}`, JSON.stringify({ verifier, nonce }), patience);
    res.cookie(stateCookie, state, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/v1/session/oidc',
      maxAge: patience,
      secure: this.#callback.startsWith('https:'),
    });
    const address = client.buildAuthorizationUrl(provider, {
      redirect_uri: this.#callback,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    res.redirect(address.href);
  }

  /** Comes back from the provider: who it says this is gets a session, with the role that the claim gives today. @throws Problem 401, 403, 503 */
  async finish(req: Request, res: Response, cookieState: string | undefined): Promise<void> {
    const { runtime } = this;
    const { cache, config, db, log } = runtime;
    const provider = await this.#discover();
    const kept = cookieState && cookieState === req.query.state ? await cache.get(`oidc:${cookieState}`) : undefined;
    if (!kept) throw new Problem(401, 'This login was not begun here, or took too long. Begin again.');
    await cache.delete(`oidc:${cookieState}`);
    const { verifier, nonce } = JSON.parse(kept) as { verifier: string; nonce: string };
    const address = new URL(req.originalUrl, this.#callback);
    const tokens = await client
      .authorizationCodeGrant(provider, address, {
        pkceCodeVerifier: verifier,
        expectedState: cookieState,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      .catch(error => {
        log.warn({ err: error }, 'a login was refused by the provider, or its answer is not right');
        throw new Problem(401, 'The login provider did not say who you are. Begin again.');
      });
    const claims = tokens.claims();
    const role = roleFrom(config, claims?.[config.OIDC_ROLE_CLAIM]);
    if (!claims || !role)
      throw new Problem(
        403,
        'You are known to the login provider, but have no role here. Ask whoever runs this installation.',
      );
    const subject = `${claims.iss} ${claims.sub}`;
    const told = claims.email ?? claims.preferred_username ?? claims.sub;
    const name = String(told).slice(0, 120);
    const person = await findPerson(runtime, name);
    // A name that somebody has who logs in by password is theirs.
    if (person && person.subject !== subject)
      throw new Problem(403, `There is somebody else called ${name} here already.`);
    if (person?.disabled_at != null) throw new Problem(403, 'This account is disabled.');
    await db.commit([
      person ? changePerson(runtime, name, { role }) : await addPerson(runtime, { name, role, subject }),
    ]);
    await beginSession(runtime, req, res, name);
    res.clearCookie(stateCookie, { path: '/v1/session/oidc' });
    res.redirect('/');
  }
}
