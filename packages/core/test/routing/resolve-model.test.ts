import { describe, expect, it } from 'vitest';
import { fallback, fromCaller } from '../../src/index.ts';
import type { HttpHeaders, ProxyOptions, Route } from '../../src/index.ts';
import { findAliasCycle } from '../../src/routing/check-aliases.ts';
import { completion } from '../fixtures/answers.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import type { HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

interface Listed {
  readonly id: string;
  readonly aliases?: string[];
}

async function startListing(...models: Listed[]): Promise<HttpUpstream> {
  return startUpstream((request, response) => {
    if (request.url === '/models') sendJson(response, 200, { data: models });
    else sendJson(response, 200, completion(String(request.json().model)));
  });
}

const down = 'http://127.0.0.1:1';

/** Two providers that list, in this order. */
async function serve(options: Partial<ProxyOptions> = {}): Promise<TestProxy & { a: HttpUpstream; b: HttpUpstream }> {
  const a = await startListing({ id: 'small', aliases: ['small-latest'] }, { id: 'shared' });
  const b = await startListing({ id: 'llama3.2:3b' }, { id: 'shared' }, { id: 'org/deep/model' });
  const providers = [testProvider(a.url, { name: 'a', lists: true }), testProvider(b.url, { name: 'b', lists: true })];
  return { ...makeProxy(providers, { retry: false, ...options }), a, b };
}

describe('the model that a caller names', () => {
  it.each([
    ['a/small', 'a/small'],
    ['b/org/deep/model', 'b/org/deep/model'],
    ['b/anything/at all', 'b/anything/at all'],
    ['small', 'a/small'],
    ['small-latest', 'a/small-latest'],
    ['llama3.2:3b', 'b/llama3.2:3b'],
    ['org/deep/model', 'b/org/deep/model'],
    ['shared', 'a/shared'],
    ['fast', 'a/small'],
    ['deep', 'b/llama3.2:3b'],
    ['safe', 'a/small'],
    ['b/shared', 'b/shared'],
    ['small@mine', 'b/llama3.2:3b'],
  ])('%s is served by %s', async (model, served) => {
    const aliases: Record<string, Route> = {
      fast: 'a/small',
      deep: fallback(fallback('llama3.2:3b'), 'fast'),
      safe: fallback('fast', 'b/shared'),
      'small@mine': 'deep',
    };
    const { ask } = await serve({ aliases });
    const answer = await ask(chatRequest({ model }));
    expect([answer.status, answer.headers['x-ai-proxy-model']]).toEqual([200, served]);
  });

  it('may be an alias that hides a model and a provider', async () => {
    const { ask } = await serve({ aliases: { small: 'b/llama3.2:3b', 'a/small': 'b/shared' } });
    expect((await ask(chatRequest({ model: 'small' }))).headers['x-ai-proxy-model']).toBe('b/llama3.2:3b');
    expect((await ask(chatRequest({ model: 'a/small' }))).headers['x-ai-proxy-model']).toBe('b/shared');
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('is not an alias because objects have it: %s', async (model) => {
    const { ask } = await serve({ aliases: { fast: 'a/small' } });
    expect((await ask(chatRequest({ model }))).status).toBe(404);
  });

  it.each([
    ['smal', /Did you mean "small"/],
    ['lama3.2:3b', /Did you mean "llama3.2:3b"/],
    ['gpt-4o', /GET \/v1\/models lists what there is/],
    ['c/small', /There is no model "c\/small"/],
    ['a/', /There is no model "a\/"/],
    ['/small', /There is no model "\/small"/],
  ])('that is unknown, as %s, is a 404 with what is near', async (model, message) => {
    const { ask, receipts } = await serve();
    const answer = await ask(chatRequest({ model }));
    expect(answer.status).toBe(404);
    expect(answer.error()).toMatchObject({ code: 'model_not_found', param: 'model', message: expect.stringMatching(message) as string });
    expect(receipts).toMatchObject([{ outcome: 'refused' }]);
  });

  it('that a listing does not have is near to others of the provider it was named with', async () => {
    const { ask } = await serve();
    const answer = await ask(makeRequest('/v1/models/a%2Fsmal'));
    expect([answer.status, answer.error().message]).toEqual([404, expect.stringMatching(/Did you mean "a\/small"/)]);
  });

  it('is asked of the only provider that may have it where that cannot be asked what it has', async () => {
    const a = await startListing({ id: 'small' });
    const b = await startUpstream((request, response) => {
      if (request.url === '/models') sendJson(response, 500, {});
      else sendJson(response, 200, completion('hi'));
    });
    const { ask } = makeProxy([testProvider(a.url, { name: 'a', lists: true }), testProvider(b.url, { name: 'b', lists: true })]);
    expect((await ask(chatRequest({ model: 'unheard-of' }))).headers['x-ai-proxy-model']).toBe('b/unheard-of');
    expect((await ask(chatRequest({ model: 'small' }))).headers['x-ai-proxy-model']).toBe('a/small');
  });

  it('is a 503 where several may have it and none can be asked', async () => {
    const a = await startListing({ id: 'small' });
    const providers = [
      testProvider(a.url, { name: 'a', lists: true }),
      ...['b', 'c'].map((name) => testProvider(down, { name, lists: true })),
    ];
    const { ask } = makeProxy(providers, { retry: false, aliases: { both: fallback('lost', 'a/small') } });
    const answer = await ask(chatRequest({ model: 'lost' }));
    expect([answer.status, answer.error().code]).toEqual([503, 'provider_unavailable']);
    expect(answer.error().message).toContain('"b", "c" cannot be asked');
    expect((await ask(chatRequest({ model: 'small' }))).status).toBe(200);
    expect((await ask(chatRequest({ model: 'both' }))).headers['x-ai-proxy-model']).toBe('a/small');
  });

  it('costs no question where it names its provider', async () => {
    const { ask, a, b } = await serve();
    await ask(chatRequest({ model: 'a/small' }));
    expect([a.requests.map(({ url }) => url), b.requests]).toEqual([['/chat'], []]);
  });
});

describe('listings', () => {
  it('are asked for once by any number of callers', async () => {
    const { ask, a, b } = await serve();
    await Promise.all(Array.from({ length: 20 }, () => ask(chatRequest({ model: 'small' }))));
    for (const { requests } of [a, b]) expect(requests.filter(({ url }) => url === '/models')).toHaveLength(1);
  });

  it('show all names that can be used, with their provider where several have them', async () => {
    const { ask } = await serve({ aliases: { fast: 'a/small', small: 'b/shared' } });
    const answer = await ask(makeRequest('/v1/models'));
    expect((answer.json().data as { id: string }[]).map(({ id }) => id)).toEqual([
      'fast',
      'small',
      'a/small',
      'a/shared',
      'small-latest',
      'llama3.2:3b',
      'b/shared',
      'org/deep/model',
    ]);
  });

  it('show one', async () => {
    const { ask } = await serve({ aliases: { fast: 'a/small' } });
    for (const id of ['small', 'fast', 'a/small', 'a/shared', 'org/deep/model', 'b/org/deep/model']) {
      const answer = await ask(makeRequest(`/v1/models/${encodeURIComponent(id)}`));
      expect([answer.status, answer.json().id, answer.json().object]).toEqual([200, id, 'model']);
    }
    expect((await ask(makeRequest('/v1/models/nothing'))).error()).toMatchObject({ code: 'model_not_found' });
    expect((await ask(makeRequest('/v1/models/a%2Fnothing'))).status).toBe(404);
  });

  it('leave out a provider that is down', async () => {
    const a = await startListing({ id: 'small' });
    const { ask, logs } = makeProxy([testProvider(a.url, { name: 'a', lists: true }), testProvider(down, { name: 'b', lists: true })]);
    expect(((await ask(makeRequest('/v1/models'))).json().data as { id: string }[]).map(({ id }) => id)).toEqual(['small']);
    expect(logs).toMatchObject([{ level: 'warn', fields: { provider: 'b' } }]);
  });

  it('of callers’ own keys are each caller’s alone', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.url !== '/models') return sendJson(response, 200, completion('hi'));
      const key = request.headers.authorization?.slice('Bearer '.length);
      if (key === undefined) return sendJson(response, 401, { error: { message: 'no key' } });
      sendJson(response, 200, { data: [{ id: `model-of-${key}` }] });
    });
    const { ask, logs } = makeProxy([testProvider(upstream.url, { apiKey: fromCaller, lists: true })]);
    const as = (key: string): { headers: HttpHeaders } => ({
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
    const list = async (key: string): Promise<unknown> => (await ask(makeRequest('/v1/models', undefined, as(key)))).json().data;
    const [jo, li] = await Promise.all([list('jo'), list('li')]);
    expect([jo, li]).toMatchObject([[{ id: 'model-of-jo' }], [{ id: 'model-of-li' }]]);
    expect(await list('jo')).toMatchObject([{ id: 'model-of-jo' }]);
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(
      expect.arrayContaining(['Bearer jo', 'Bearer li', 'Bearer jo']) as unknown[],
    );
    expect(upstream.requests).toHaveLength(3);
    expect((await ask(makeRequest('/v1/models'))).json().data).toEqual([]);
    expect(logs).toEqual([]);
  });
});

describe('findAliasCycle', () => {
  it.each<[Record<string, Route>, readonly string[] | undefined]>([
    [{}, undefined],
    [{ a: 'b', b: 'c', c: 'x/y' }, undefined],
    [{ a: fallback('b', 'b'), b: 'c' }, undefined],
    [{ a: 'a' }, ['a', 'a']],
    [{ a: 'b', b: 'a' }, ['a', 'b', 'a']],
    [{ start: 'a', a: fallback('x', fallback('b')), b: 'a' }, ['start', 'a', 'b', 'a']],
    [{ toString: 'constructor' }, undefined],
  ])('of %j is %j', (aliases, cycle) => {
    expect(findAliasCycle(aliases)).toEqual(cycle);
  });

  it('looks at each alias once, however many ways lead to it', () => {
    const aliases: Record<string, Route> = {};
    for (let level = 0; level < 60; level += 1) aliases[`a${level}`] = fallback(`a${level + 1}`, `a${level + 1}`);
    expect(findAliasCycle(aliases)).toBeUndefined();
  });
});
