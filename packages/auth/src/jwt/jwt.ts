import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, KeyLimits } from '@ai-proxy/core';
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Grant } from '../grant.ts';
import type { WayIn } from '../identify/other-ways-in.ts';
import { readClaim, readTexts } from './read-claim.ts';

export interface JwtOptions {
  /** Who issues the tokens: their claim `iss`. Tokens of other issuers are left to the other ways in. */
  readonly issuer: string;
  /** For whom they are: one of these has to be in their claim `aud`. Without this check a token that was made for another application would open this one. */
  readonly audience: string | readonly string[];
  /** Where the issuer publishes its keys, or the keys themselves. A published set is kept, and read anew where a token names a key that is not in it. */
  readonly jwks: string | URL | JSONWebKeySet;
  /** How tokens may be signed. Symmetric ways are not among the defaults: with them whoever can check a token can make one. @default all of RSA, ECDSA and EdDSA */
  readonly algorithms?: readonly string[];
  /** Which claims say what; a dot leads into an object: `realm_access.roles`. */
  readonly claims?: JwtClaims;
  /** Limits of the holder of a token. Those of `owners` and `teams` hold beside them. */
  readonly limits?: (claims: JsonObject) => KeyLimits | undefined;
  /** Seconds by which the issuer's clock may be off. @default 5 */
  readonly clockTolerance?: number;
  /** Milliseconds for which a published set is kept. @default 600000 */
  readonly cacheFor?: number;
  /** Milliseconds that the issuer may take to answer with it. @default 5000 */
  readonly timeout?: number;
  /** The time in Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** The names of claims. One that a token does not have says nothing, and a list that is not there allows everything. */
export interface JwtClaims {
  /** Whose calls are counted together. A token without it is refused. @default 'sub' */
  readonly id?: string;
  readonly team?: string;
  /** As in a key: a list, or a text with spaces between. A token without the claim that is named here is refused. */
  readonly models?: string;
  readonly operations?: string;
  readonly routes?: string;
  readonly tags?: string;
}

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** A way in by the tokens of an identity provider: `keys({ store, waysIn: [jwt({ issuer, audience, jwks })] })`. */
export function jwt(options: JwtOptions): WayIn {
  const { issuer, audience, jwks, algorithms = asymmetric, clockTolerance = 5, now = Date.now } = options;
  if (typeof issuer !== 'string' || issuer === '' || audience === undefined || audience.length === 0 || jwks === undefined) {
    throw new TypeError('jwt() needs an issuer, an audience and jwks: the keys of the issuer, or where it publishes them.');
  }
  let keys: JWTVerifyGetKey | undefined;
  const keysOf = (): JWTVerifyGetKey =>
    typeof jwks === 'string' || jwks instanceof URL
      ? createRemoteJWKSet(new URL(jwks), { cacheMaxAge: options.cacheFor ?? 600_000, timeoutDuration: options.timeout ?? 5000 })
      : createLocalJWKSet(jwks);

  return async (credential) => {
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(credential) || issuerOf(credential) !== issuer) return undefined;
    keys ??= keysOf();
    const claims = await verify(credential, keys, {
      issuer,
      audience: typeof audience === 'string' ? audience : [...audience],
      algorithms: [...algorithms],
      clockTolerance,
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
    });
    return grantOfClaims(claims, options);
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    // Not a token, though it has the dots of one.
    return undefined;
  }
}

async function verify(token: string, keys: JWTVerifyGetKey, rules: Parameters<typeof jwtVerify>[2]): Promise<JsonObject> {
  try {
    return (await jwtVerify(token, keys, rules)).payload as JsonObject;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalid('This token has expired. Sign in again for a new one.', error);
    const isOurs = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC';
    if (isOurs)
      throw invalid(
        'This token is not accepted here: its signature, issuer, audience or time is not right. Sign in again for a new one.',
        error,
      );
    throw new ProxyError(
      'The keys of the issuer of this token cannot be read at the moment, so that it cannot be checked. Try again later.',
      {
        status: 503,
        code: 'store_unavailable',
        retryAfter: 1000,
        cause: error,
      },
    );
  }
}

function grantOfClaims(claims: JsonObject, { claims: names = {}, limits }: JwtOptions): Grant {
  const id = readClaim(claims, names.id ?? 'sub');
  if (typeof id !== 'string' || id === '')
    throw invalid(`This token does not say whose it is: it has no "${names.id ?? 'sub'}".`, undefined);
  const team = names.team === undefined ? undefined : readClaim(claims, names.team);
  const list = (name: string | undefined): readonly string[] => {
    if (name === undefined) return [];
    const texts = readTexts(readClaim(claims, name));
    // A list that should have been there, and is not, would allow everything.
    if (!texts || texts.length === 0) throw invalid(`This token does not say what it may be used for: it has no "${name}".`, undefined);
    return texts;
  };
  const own = limits?.(claims);
  return {
    caller: { id, ...(typeof team === 'string' ? { team } : {}), issuer: claims['iss'] },
    subjects: own ? [{ kind: 'token', id, name: `the user "${id}"`, limits: own, anchor: 0 }] : [],
    models: list(names.models),
    modelAliases: {},
    operations: list(names.operations),
    routes: list(names.routes),
    maxOutputTokens: undefined,
    endUserLimits: {},
    tags: names.tags === undefined ? [] : (readTexts(readClaim(claims, names.tags)) ?? []),
  };
}

const invalid = (message: string, cause: unknown): ProxyError =>
  new ProxyError(message, { status: 401, code: 'token_invalid', source: 'caller', cause });
