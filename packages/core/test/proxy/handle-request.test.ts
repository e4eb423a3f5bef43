import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleLog, ProxyError } from '../../src/index.ts';
import type { Policy, ProxyOptions } from '../../src/index.ts';
import { completion, stream } from '../fixtures/answers.ts';
import { sendJson, startEvents, startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest, streamRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

async function serve(answer: Answer, options: Partial<ProxyOptions> = {}): Promise<TestProxy & { upstream: HttpUpstream }> {
  const upstream = await startUpstream(answer);
  return { ...makeProxy([testProvider(upstream.url)], { retry: false, ...options }), upstream };
}

const well: Answer = (_request, response) => sendJson(response, 200, completion('hi'));

describe('a request', () => {
  it.each(['/', '', '/elsewhere', '/v2/chat/completions', '/test', '/other/v1/chat'])('to %j is not for the proxy', async (target) => {
    const { handle, receipts } = await serve(well);
    expect(await handle(makeRequest(target))).toBeUndefined();
    expect(receipts).toEqual([]);
  });

  it.each([
    ['GET', '/v1/nothing', 404, 'path_not_found'],
    ['GET', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['POST', '/v1/models', 405, 'method_not_allowed'],
    ['GET', '/v1/models/a%2F..%2Fb', 400, 'invalid_path'],
    ['GET', '/v1/models/%zz', 400, 'invalid_path'],
    ['GET', '/v1/models/%c0%ae', 400, 'invalid_path'],
    ['POST', '/v1/chat%2Fcompletions', 400, 'invalid_path'],
    ['POST', '/v1/../v1/chat/completions', 400, 'invalid_path'],
    ['POST', '/v1//chat/completions', 400, 'invalid_path'],
  ])('%s %s is answered %d by itself: no call, nothing goes up', async (method, target, status, code) => {
    const { ask, receipts, upstream } = await serve(well);
    const answer = await ask(makeRequest(target, {}, { method }));
    expect([answer.status, answer.error().code]).toEqual([status, code]);
    expect(answer.headers['x-ai-proxy-error-source']).toBe('caller');
    if (status === 405) expect(answer.headers.allow).toMatch(/^(?:GET, HEAD|POST)$/);
    expect([receipts, upstream.requests]).toEqual([[], []]);
  });

  it('whose body cannot be read has an account and an id too', async () => {
    const { ask, receipts, upstream } = await serve(well);
    const answer = await ask(chatRequest({}, { body: { kind: 'bytes', bytes: new TextEncoder().encode('{"model":') } }));
    expect([answer.status, answer.error().code]).toEqual([400, 'invalid_json']);
    expect(receipts).toMatchObject([
      { outcome: 'refused', code: 'invalid_json', status: 400, attempts: 0, id: answer.headers['x-ai-proxy-id'] },
    ]);
    expect(upstream.requests).toEqual([]);
  });

  it('that a policy turns away at the door is not read, and has an account', async () => {
    const greeted: string[] = [];
    const doorkeeper: Policy = {
      name: 'doorkeeper',
      greet({ target, headers }) {
        greeted.push(target);
        if (headers['x-name'] !== 'friend') throw new ProxyError('No.', { status: 401, code: 'caller_unknown', source: 'caller' });
      },
      handle: async (_call, next) => next(),
    };
    const { ask, receipts, upstream } = await serve(well, { policies: [doorkeeper] });
    let reads = 0;
    const unread: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          reads += 1;
          return { done: true, value: undefined };
        },
      }),
    };
    const answer = await ask(chatRequest({}, { body: { kind: 'stream', stream: unread } }));
    expect([answer.status, answer.error().code, reads]).toEqual([401, 'caller_unknown', 0]);
    expect(receipts).toMatchObject([{ outcome: 'refused', code: 'caller_unknown', status: 401, attempts: 0, operation: 'chat' }]);
    expect(upstream.requests).toEqual([]);

    expect((await ask(chatRequest({}, { headers: { 'content-type': 'application/json', 'x-name': 'friend' } }))).status).toBe(200);
    expect(greeted).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    // Where everybody gets the same answer, nobody is at the door.
    await ask(makeRequest('/v1/nothing', {}, { method: 'GET' }));
    expect(greeted).toHaveLength(2);
  });

  it('whose caller has left already goes nowhere', async () => {
    const { ask, receipts, upstream } = await serve(well);
    const gone = new ProxyError('The caller left.', { status: 499, code: 'caller_left', source: 'caller' });
    await ask(chatRequest({}, { signal: AbortSignal.abort(gone) }));
    expect(receipts).toMatchObject([{ outcome: 'caller_left', code: 'caller_left' }]);
    expect(upstream.requests).toEqual([]);
  });

  it('is handed to policies with what the framework gave', async () => {
    const context = { user: 'jo' };
    const seen: unknown[] = [];
    const looking: Policy = {
      name: 'looking',
      stage: 'identify',
      handle(call, next) {
        seen.push(call.context, call.headers['x-team'], call.model, call.operation, call.stream);
        call.caller = { id: 'team-a', plan: 'gold' };
        return next();
      },
    };
    const { ask, receipts } = await serve(well, { policies: [looking] });
    await ask(chatRequest({}, { context, headers: { 'content-type': 'application/json', 'x-team': 'a' } }));
    expect(seen).toEqual([context, 'a', 'test/small', 'chat', false]);
    expect(receipts).toMatchObject([{ caller: { id: 'team-a', plan: 'gold' } }]);
  });

  it('refused by a policy is told whose doing that was', async () => {
    const refusing: Policy = {
      name: 'refusing',
      stage: 'admit',
      handle: () => Promise.reject(new ProxyError('Too much.', { status: 429, code: 'over_limit', source: 'policy', retryAfter: 1_500 })),
    };
    const { ask, receipts, upstream, logs } = await serve(well, { policies: [refusing] });
    const answer = await ask(chatRequest());
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ 'x-ai-proxy-error-source': 'policy', 'retry-after': '2' });
    expect(Object.keys(answer.headers)).not.toContain('x-should-retry');
    expect(receipts).toMatchObject([{ outcome: 'refused', code: 'over_limit' }]);
    expect([upstream.requests, logs]).toEqual([[], []]);
  });

  it('answered by a policy never goes up', async () => {
    const own: Policy = {
      name: 'own',
      stage: 'reuse',
      handle: async () => ({ kind: 'value', status: 200, headers: { 'x-own': 'yes' }, value: completion('kept') }),
    };
    const { ask, receipts, upstream } = await serve(well, { policies: [own] });
    const answer = await ask(chatRequest());
    expect(answer.json()).toMatchObject({ choices: [{ message: { content: 'kept' } }] });
    expect(answer.headers['x-own']).toBe('yes');
    expect([upstream.requests, receipts[0]?.attempts, receipts[0]?.outcome]).toEqual([[], 0, 'ok']);
  });

  it('that fails by a mistake of ours is a 500 that tells nothing, and the log tells all', async () => {
    const broken: Policy = { name: 'broken', handle: () => Promise.reject(new TypeError('secret detail')) };
    const { ask, logs } = await serve(well, { policies: [broken] });
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().code, answer.text.includes('secret detail')]).toEqual([500, 'internal_error', false]);
    expect(logs).toMatchObject([{ level: 'error', fields: { id: answer.headers['x-ai-proxy-id'] } }]);
    expect(String(logs[0]?.fields.cause)).toContain('secret detail');
  });

  it('names a model in any spelling in a header that is none of its letters', async () => {
    const { ask } = await serve(well);
    const answer = await ask(chatRequest({ model: 'test/mödel\r\nx: y' }));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-ai-proxy-model']).toBe('test/m%C3%B6del%0D%0Ax: y');
  });
});

describe('an onReceipt that throws', () => {
  it.each(['whole', 'stream'])('breaks no call: %s', async (kind) => {
    const throwing = (): never => {
      throw new Error('ledger is full');
    };
    const { ask, logs } = await serve(
      (request, response) => {
        if (request.json().stream !== true) return sendJson(response, 200, completion('hi'));
        startEvents(response);
        response.end(stream('hi'));
      },
      { onReceipt: throwing },
    );
    const answer = await ask(kind === 'whole' ? chatRequest() : streamRequest());
    expect([answer.status, answer.failure]).toEqual([200, undefined]);
    expect(logs).toMatchObject([{ level: 'error', fields: { error: 'ledger is full' } }]);
  });
});

describe('the console as a log', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gets one line of JSON for each warning, whatever providers say', async () => {
    const lines: unknown[] = [];
    for (const level of ['warn', 'error'] as const) vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(line));
    const evil = 'oh\n{"level":"error","message":"forged"}\r\n\u001b[31mred\u2028';
    const { ask } = await serve((_request, response) => sendJson(response, 503, { error: { message: evil } }), { log: consoleLog });
    await ask(chatRequest({ model: 'test/a\nb' }));
    expect(lines).toHaveLength(1);
    expect(String(lines[0])).not.toMatch(/[\n\r\u001b]/);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ level: 'warn', provider: 'test', model: 'a\nb' });
  });

  it('is told nothing where a caller is at fault', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { ask } = await serve(well, { log: consoleLog });
    await ask(chatRequest({ model: 'nothing' }));
    await ask(makeRequest('/v1/chat/completions', 'x'));
    expect(said).not.toHaveBeenCalled();
  });

  it('says neither details nor news', () => {
    const said = [vi.spyOn(console, 'debug'), vi.spyOn(console, 'info'), vi.spyOn(console, 'log')];
    consoleLog.debug({ a: 1 }, 'x');
    consoleLog.info({ a: 1 }, 'x');
    for (const one of said) expect(one).not.toHaveBeenCalled();
  });
});

describe('ready', () => {
  it('resolves when every provider has listed, and says which has not', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, { data: [{ id: 'm' }] }));
    const up = testProvider(upstream.url, { name: 'up', lists: true });
    const down = testProvider('http://127.0.0.1:1', { name: 'down', lists: true });
    const silent = testProvider('http://127.0.0.1:1', { name: 'silent' });
    await makeProxy([up, silent]).proxy.ready();
    await expect(makeProxy([up, down]).proxy.ready()).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('"down"') as string,
    });
    const keyless = testProvider(upstream.url, { apiKey: () => Promise.reject(new Error('MISTRAL_API_KEY is not set')) });
    await expect(makeProxy([keyless]).proxy.ready()).rejects.toThrow('MISTRAL_API_KEY is not set');
  });
});

describe('upgrade', () => {
  it('refuses what is no relay', async () => {
    const { proxy } = await serve(well);
    expect((await proxy.upgrade(makeRequest('/elsewhere'))).status).toBe(404);
    expect((await proxy.upgrade(makeRequest('/v1/nothing'))).status).toBe(404);
    expect((await proxy.upgrade(makeRequest('/v1/models'))).status).toBe(404);
  });
});
