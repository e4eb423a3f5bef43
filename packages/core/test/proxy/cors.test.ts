import { describe, expect, it } from 'vitest';
import type { Cors, Policy } from '../../src/index.ts';
import { completion } from '../fixtures/answers.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import type { HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const app = 'https://app.example.com';

async function serve(cors?: Cors): Promise<TestProxy & { upstream: HttpUpstream; calls: string[] }> {
  const upstream = await startUpstream((_request, response) =>
    sendJson(response, 200, completion('hi'), { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }),
  );
  const calls: string[] = [];
  const counting = {
    name: 'counting',
    stage: 'identify',
    handle: (call, next) => (calls.push(call.id), next()),
  } as const satisfies Policy;
  return {
    ...makeProxy([testProvider(upstream.url, { apiKey: () => (calls.push('key'), 'key') })], {
      policies: [counting],
      ...(cors ? { cors } : {}),
    }),
    upstream,
    calls,
  };
}

const preflight = (target: string, origin: string, headers: Record<string, string> = {}): ReturnType<typeof makeRequest> =>
  makeRequest(target, undefined, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', ...headers } });

const asked = (origin?: string): ReturnType<typeof makeRequest> =>
  chatRequest({}, { headers: { 'content-type': 'application/json', ...(origin === undefined ? {} : { origin }) } });

const corsOf = (headers: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

describe('calls from pages of other origins', () => {
  it('are not spoken of by default', async () => {
    const { ask, upstream } = await serve();
    expect(corsOf((await ask(asked(app))).headers)).toEqual({});
    const answer = await ask(preflight('/v1/chat/completions', app));
    expect([answer.status, corsOf(answer.headers)]).toEqual([405, {}]);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['/v1/chat/completions', '/chat/completions', '/v1/models', '/test/v1/chat', '/test/files'])(
    'begin with a preflight that makes no call and asks for no key: %s',
    async (target) => {
      const { ask, upstream, calls, receipts } = await serve({ origins: [app], maxAge: 77 });
      const answer = await ask(
        preflight(target, app, { 'access-control-request-headers': 'authorization,x-stainless-lang, content-type' }),
      );
      expect(answer.status).toBe(204);
      expect(corsOf(answer.headers)).toMatchObject({
        'access-control-allow-origin': app,
        'access-control-allow-headers': 'authorization,x-stainless-lang, content-type',
        'access-control-max-age': '77',
        vary: 'Origin',
      });
      expect(answer.headers['access-control-allow-methods']).toContain('POST');
      expect([upstream.requests, calls, receipts]).toEqual([[], [], []]);
    },
  );

  it('are answered with the origin that asked where it is listed, errors too', async () => {
    const { ask } = await serve({ origins: ['https://other.example.com', app] });
    const well = await ask(asked(app));
    const badly = await ask({ ...asked(app), body: { kind: 'consumed' } });
    const nowhere = await ask(makeRequest('/v1/nothing', undefined, { headers: { origin: app } }));
    expect([well.status, badly.status, nowhere.status]).toEqual([200, 400, 404]);
    for (const { headers } of [well, badly, nowhere]) {
      expect(corsOf(headers)).toMatchObject({ 'access-control-allow-origin': app, vary: 'Origin' });
      expect(headers['access-control-expose-headers']).toContain('x-ai-proxy-id');
    }
  });

  it.each([
    'https://evil.example.com',
    'null',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'https://app.example.com:444',
    'HTTPS://APP.EXAMPLE.COM',
    '',
  ])('are not allowed to %j, which is not listed, and caches are told that it matters', async (origin) => {
    const { ask, upstream } = await serve({ origins: [app] });
    expect(corsOf((await ask(asked(origin))).headers)).toEqual({ vary: 'Origin' });
    const refused = await ask(preflight('/v1/chat/completions', origin));
    expect([refused.status, corsOf(refused.headers)]).toEqual([204, { vary: 'Origin' }]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('may come from everywhere where everything is listed, and never with cookies', async () => {
    const { ask } = await serve({ origins: '*' });
    for (const origin of [app, 'null', 'https://evil.example.com']) {
      const replies = [
        await ask(asked(origin)),
        await ask(preflight('/v1/chat/completions', origin)),
        await ask(makeRequest('/test/chat', {}, { headers: { origin } })),
      ];
      for (const { headers } of replies) {
        expect(headers['access-control-allow-origin']).toBe('*');
        expect(Object.keys(headers)).not.toContain('access-control-allow-credentials');
      }
    }
  });

  it('do not concern callers without an origin', async () => {
    const { ask } = await serve({ origins: '*' });
    expect(corsOf((await ask(asked())).headers)).toEqual({});
    const options = await ask(makeRequest('/v1/chat/completions', undefined, { method: 'OPTIONS' }));
    expect(options.status).toBe(405);
  });

  it('cannot write headers by what they ask for', async () => {
    const { ask } = await serve({ origins: [app] });
    const answer = await ask(
      preflight('/v1/chat/completions', app, { 'access-control-request-headers': `a\r\nset-cookie: x, ${'b'.repeat(9_000)}` }),
    );
    const allowed = String(answer.headers['access-control-allow-headers']);
    expect(allowed).toMatch(/^[\w\-, ]*$/);
    expect(allowed.length).toBeLessThanOrEqual(2048);
  });

  it('are none of the proxy’s at a path that is not its own', async () => {
    const { handle } = await serve({ origins: '*' });
    expect(await handle(preflight('/elsewhere', app))).toBeUndefined();
  });
});
