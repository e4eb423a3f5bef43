import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEnvironmentProxy, createProxy, readEnvironment } from '../../src/index.ts';
import type { CallerFace, ProviderFromEnvironment } from '../../src/index.ts';
import { hello } from '../fixtures/make-request.ts';
import { completion } from '../fixtures/answers.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const face: CallerFace = { match: () => undefined } as unknown as CallerFace;
const made: string[] = [];

const named = (name: string, ...variables: [string, ...string[]]): ProviderFromEnvironment => ({
  variables,
  create() {
    made.push(name);
    return { ...testProvider(process.env.TEST_BASE ?? 'http://127.0.0.1:9', { apiKey: 'operator-key' }), name };
  },
});
const known = [
  named('test', 'NEAR_KEY'),
  { ...named('far', 'FAR_HOST', 'FAR_KEY'), faces: () => (process.env.FAR_FACE === '1' ? [face] : []) },
] as const;

const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(hello) };

beforeEach(() => {
  made.length = 0;
  for (const name of ['NEAR_KEY', 'FAR_HOST', 'FAR_KEY', 'FAR_FACE']) vi.stubEnv(name, '');
});
afterEach(() => void vi.unstubAllEnvs());

describe('reading the environment', () => {
  it.each([
    [{}, []],
    [{ NEAR_KEY: ' ' }, []],
    [{ NEAR_KEY: 'k' }, ['test']],
    [{ FAR_KEY: 'k' }, ['far']],
    [{ FAR_HOST: 'h', FAR_KEY: 'k' }, ['far']],
    [{ FAR_HOST: 'h', NEAR_KEY: 'k' }, ['test', 'far']],
  ])('%j names %j', (environment, names) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(readEnvironment(known).providers.map(({ name }) => name)).toEqual(names);
    expect(made).toEqual(names);
  });

  it('finds dialects, whichever providers are named', () => {
    expect(readEnvironment(known).faces).toEqual([]);
    vi.stubEnv('FAR_FACE', '1');
    expect(readEnvironment(known)).toEqual({ providers: [], faces: [face] });
  });
});

describe('a proxy of the environment', () => {
  it('makes nothing before its first call, and then one proxy of what is named by then', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const proxy = createEnvironmentProxy(known);
    expect(made).toEqual([]);
    vi.stubEnv('NEAR_KEY', 'k');
    vi.stubEnv('TEST_BASE', upstream.url);
    for (const _ of [1, 2]) {
      const response = await proxy.fetch('http://proxy.local/v1/chat/completions', post);
      expect(response.status).toBe(200);
      await response.text();
    }
    expect([made, upstream.requests.length]).toEqual([['test'], 2]);
    await proxy.close({ grace: 0 });
  });

  it('refuses every path of the proxy while nothing is named, says what to set, and hands on every other path', async () => {
    const proxy = createEnvironmentProxy(known);
    const response = await proxy.fetch('http://proxy.local/v1/chat/completions', post);
    expect(response.status).toBe(500);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('not_configured');
    expect(error.message).toContain('Set NEAR_KEY or FAR_HOST, or give options');
    const { signal } = new AbortController();
    expect(await proxy.handle({ method: 'GET', target: '/about', headers: {}, body: { kind: 'none' }, signal })).toBeUndefined();
    await expect(proxy.ready()).rejects.toMatchObject({ code: 'not_configured' });
    await proxy.close({ grace: 0 });
  });

  it('is written out as a proxy is that was told nothing', () => {
    expect(createEnvironmentProxy(known).writing).toEqual(createProxy({ providers: [known[0].create()] }).writing);
  });
});
