import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { sendJson, startUpstream } from '../../../core/test/fixtures/http-upstream.ts';
import { jwt } from '../../src/index.ts';
import type { JwtOptions } from '../../src/index.ts';
import { asked, chat, makeGateway } from '../fixtures/make-gateway.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let pair: Pair;
let stranger: Pair;
let jwks: { keys: object[] };
const issuer = 'https://login.example';
const now = (): number => Date.UTC(2026, 4, 4, 12);
const seconds = now() / 1000;

beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true });
  stranger = await generateKeyPair('ES256', { extractable: true });
  jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
});

interface Wish {
  readonly claims?: Record<string, unknown>;
  readonly by?: Pair;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number | undefined;
}

async function token({ claims = {}, by = pair, issuer: from = issuer, audience = 'gateway', ...wish }: Wish = {}): Promise<string> {
  const made = new SignJWT({ sub: 'ada', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(from)
    .setAudience(audience);
  const expires = 'expires' in wish ? wish.expires : seconds + 60;
  return (expires === undefined ? made : made.setExpirationTime(expires)).sign(by.privateKey);
}

const gatewayWith = (options: Partial<JwtOptions> = {}) =>
  makeGateway({ waysIn: [jwt({ issuer, audience: 'gateway', jwks, now, ...options })] });

describe('a token of an identity provider', () => {
  it('lets its holder in, by the name and the team that it says', async () => {
    const gateway = await gatewayWith({ claims: { team: 'org.team' } });
    const text = await token({ claims: { org: { team: 'research' } } });
    expect((await gateway.ask(chat(text))).status).toBe(200);
    expect(gateway.receipts[0]).toMatchObject({ caller: { id: 'ada', issuer }, team: 'research', key: undefined, outcome: 'ok' });
    expect(JSON.stringify([gateway.upstream.requests.map(({ headers }) => headers), gateway.receipts])).not.toContain(text);
  });

  it.each<[string, string, () => Promise<string>]>([
    ['that has expired', 'token_invalid', () => token({ expires: seconds - 6 })],
    ['that never expires', 'token_invalid', () => token({ expires: undefined })],
    ['for another application', 'token_invalid', () => token({ audience: 'other' })],
    ['of another issuer', 'key_unknown', () => token({ issuer: 'https://evil.example' })],
    ['that somebody else has signed', 'token_invalid', () => token({ by: stranger })],
    ['of nobody', 'token_invalid', () => token({ claims: { sub: '' } })],
    ['whose end is changed', 'token_invalid', async () => `${(await token()).slice(0, -4)}AAAA`],
    [
      'whose claims are changed',
      'token_invalid',
      async () => {
        const [head, , signature] = (await token()).split('.');
        const claims = Buffer.from(JSON.stringify({ sub: 'root', iss: issuer, aud: 'gateway', exp: seconds + 60 })).toString('base64url');
        return `${head}.${claims}.${signature}`;
      },
    ],
    [
      'without a signature',
      'token_invalid',
      async () => {
        const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
        return `${part({ alg: 'none' })}.${part({ sub: 'ada', iss: issuer, aud: 'gateway', exp: seconds + 60 })}.`;
      },
    ],
    [
      'signed with the public key as a secret',
      'token_invalid',
      () =>
        new SignJWT({ sub: 'ada' })
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .setIssuer(issuer)
          .setAudience('gateway')
          .setExpirationTime(seconds + 60)
          .sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0]))),
    ],
    ['that is none', 'key_unknown', async () => 'a.b.c'],
  ])('%s is refused with %s', async (_what, code, make) => {
    const gateway = await gatewayWith();
    const answer = await gateway.ask(chat(await make()));
    expect([answer.status, answer.error()['code'], asked(gateway.upstream)]).toEqual([401, code, 0]);
  });

  it('allows what its claims name, and nothing where they should be there and are not', async () => {
    const gateway = await gatewayWith({ claims: { models: 'models' } });
    const ask = async (claims: Record<string, unknown>, model: string): Promise<number> =>
      (await gateway.ask(chat(await token({ claims }), { model }))).status;
    expect([
      await ask({ models: ['test/small'] }, 'test/small'),
      await ask({ models: 'test/small x' }, 'test/large'),
      await ask({}, 'test/small'),
      await ask({ models: [] }, 'test/small'),
    ]).toEqual([200, 403, 401, 401]);
  });

  it('is held to the limits of its holder, of owners and of teams', async () => {
    const gateway = await makeGateway({
      waysIn: [
        jwt({
          issuer,
          audience: 'gateway',
          jwks,
          now,
          claims: { team: 'team' },
          limits: ({ plan }) => (plan === 'free' ? { requestsPerMinute: 1 } : undefined),
        }),
      ],
      owners: { ada: { requestsPerMinute: 2 } },
    });
    const ask = async (claims: Record<string, unknown>): Promise<number> => (await gateway.ask(chat(await token({ claims })))).status;
    expect([await ask({ plan: 'free' }), await ask({ plan: 'free' }), await ask({}), await ask({})]).toEqual([200, 429, 200, 429]);
  });

  it('stands beside keys', async () => {
    const gateway = await gatewayWith();
    expect([(await gateway.ask(chat(await gateway.addKey()))).status, (await gateway.ask(chat(await token()))).status]).toEqual([200, 200]);
  });

  it('is checked with the keys that its issuer publishes, which are read once', async () => {
    const published = await startUpstream((_request, response) => sendJson(response, 200, jwks));
    const gateway = await gatewayWith({ jwks: `${published.url}/jwks` });
    for (let call = 0; call < 5; call += 1) expect((await gateway.ask(chat(await token()))).status).toBe(200);
    expect(published.requests).toHaveLength(1);
  });

  it('lets nobody in while these cannot be read', async () => {
    const published = await startUpstream((_request, response) => sendJson(response, 500, {}));
    const gateway = await gatewayWith({ jwks: `${published.url}/jwks`, timeout: 200 });
    const answer = await gateway.ask(chat(await token()));
    expect([answer.status, answer.error()['code'], asked(gateway.upstream)]).toEqual([503, 'store_unavailable', 0]);
    const silent = await startUpstream(() => undefined);
    const other = await gatewayWith({ jwks: `${silent.url}/jwks`, timeout: 50 });
    expect((await other.ask(chat(await token()))).status).toBe(503);
  });

  it('needs an issuer, an audience and keys', () => {
    for (const options of [{}, { issuer }, { issuer, audience: 'x' }, { issuer, audience: [], jwks: 'https://a.example' }]) {
      expect(() => jwt(options as JwtOptions)).toThrow(TypeError);
    }
  });
});
