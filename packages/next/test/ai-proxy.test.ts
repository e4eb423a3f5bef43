import { createProxy } from '@ai-proxy/core';
import type { Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aiProxy } from '../src/index.ts';
import type { AiProxy, RouteContext } from '../src/index.ts';

let simulator: MistralSimulator;
beforeEach(async () => {
  simulator = await startMistralSimulator();
});
afterEach(() => simulator.close());

const provider = (): ReturnType<typeof mistral> => mistral({ baseURL: simulator.url, apiKey: simulator.apiKey });

/** As Next.js calls: with the segments that the folder `app/ai/[...path]` has caught. */
const caught = (path: string): RouteContext => ({ params: Promise.resolve({ path: path.split('/') }) });

function chat(path = 'v1/chat/completions', init: RequestInit = {}, extra: object = {}): [Request, RouteContext] {
  const body = JSON.stringify({ model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'Hello' }], ...extra });
  const headers = { 'content-type': 'application/json' };
  return [new Request(`http://localhost:3000/ai/${path}`, { method: 'POST', headers, body, ...init }), caught(path)];
}

/** Lets the proxy go when the test is over. */
function closing(ai: AiProxy): AiProxy {
  onTestFinished(() => ai.proxy.close({ grace: 0 }));
  return ai;
}

describe('the proxy as route handlers', () => {
  it('answers below the folder of its route', async () => {
    const { POST } = closing(aiProxy({ providers: [provider()] }));
    const response = await POST(...chat());
    expect([response.status, response.headers.get('x-ai-proxy-model')]).toEqual([200, 'mistral/mistral-small-latest']);
    expect(await response.json()).toMatchObject({ object: 'chat.completion' });
    expect(simulator.requests.at(-1)?.headers.authorization).toBe(`Bearer ${simulator.apiKey}`);
  });

  it('has one handler for every method that Next.js knows', async () => {
    const { proxy: _, ...handlers } = closing(aiProxy({ providers: [provider()] }));
    expect(Object.keys(handlers).toSorted()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
    for (const [method, handler] of Object.entries(handlers)) {
      const response = await handler(new Request('http://localhost:3000/ai/v1/models', { method }), caught('v1/models'));
      expect([method, response.status]).toEqual([method, method === 'GET' || method === 'HEAD' ? 200 : 405]);
    }
  });

  it.each([
    ['synchronous segments, as before Next.js 15', { params: { path: ['v1', 'models'] } }, {}],
    ['no context', undefined, { prefix: '/ai' }],
    ['a prefix', caught('elsewhere'), { prefix: '/ai/' }],
  ])('finds its way with %s', async (_, context, options) => {
    const { GET } = closing(aiProxy({ providers: [provider()], ...options }));
    const response = await GET(new Request('http://localhost:3000/ai/v1/models'), context);
    expect(response.status).toBe(200);
  });

  it('is a 404 where there is nothing', async () => {
    const { GET } = closing(aiProxy({ providers: [provider()], prefix: '/ai' }));
    for (const path of ['/ai', '/ai/nothing', '/other/v1/models']) {
      const response = await GET(new Request(`http://localhost:3000${path}`));
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'path_not_found' } }]);
    }
  });

  it('mounts a proxy that exists, and has it', async () => {
    const proxy = createProxy({ providers: [provider()] });
    const ai = closing(aiProxy(proxy, { prefix: '/second' }));
    expect(ai.proxy).toBe(proxy);
    expect((await ai.GET(new Request('http://localhost:3000/second/v1/models'))).status).toBe(200);
  });

  it('asks the application who is calling', async () => {
    const receipts: Receipt[] = [];
    const { POST } = closing(
      aiProxy({
        providers: [provider()],
        onReceipt: (receipt) => void receipts.push(receipt),
        caller: async (request) => (request.headers.get('cookie') === 'session=ada' ? { id: 'ada' } : undefined),
      }),
    );
    const refused = await POST(...chat());
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'caller_unknown' } }]);
    expect(simulator.requests).toEqual([]);

    const [request, context] = chat();
    request.headers.set('cookie', 'session=ada');
    await (await POST(request, context)).text();
    expect(receipts).toMatchObject([{ outcome: 'refused' }, { outcome: 'ok', caller: { id: 'ada' } }]);
  });

  it('answers a caller who has left without a rejection, which Next.js would log', async () => {
    simulator.behave({ fault: { name: 'acceptAndNeverAnswer' } });
    const { POST } = closing(aiProxy({ providers: [provider()] }));
    const leaving = new AbortController();
    const answer = POST(...chat('v1/chat/completions', { signal: leaving.signal }));
    const { path } = await simulator.request(0);
    leaving.abort();
    expect([path, (await answer).status]).toEqual(['/v1/chat/completions', 499]);
  });

  it('breaks a stream with an error that Next.js takes for a cut, after the event that says why', async () => {
    simulator.behave({ fault: { name: 'resetAfter', events: 2 } });
    const { POST } = closing(aiProxy({ providers: [provider()] }));
    const response = await POST(...chat('v1/chat/completions', {}, { stream: true }));
    let text = '';
    const readAll = async (): Promise<void> => {
      for await (const piece of response.body ?? []) text += new TextDecoder().decode(piece);
    };
    await expect(readAll()).rejects.toMatchObject({ name: 'AbortError', cause: { code: 'upstream_reset' } });
    expect(text).toMatch(/data: \{"error":\{[^\n]*"code":"upstream_reset"[^\n]*\}\n\n$/);
  });

  it('shows a sign of life as often as it is told to', async () => {
    simulator.behave({ fault: { name: 'silenceAfter', events: 3 } });
    const { POST } = closing(aiProxy({ providers: [provider()], writing: { keepAlive: 1 } }));
    const response = await POST(...chat('v1/chat/completions', {}, { stream: true }));
    let text = '';
    for await (const piece of response.body ?? []) {
      text += new TextDecoder().decode(piece);
      if (/\n\n: [^\n]+\n\n: /.test(text)) break;
    }
    expect(text).toMatch(/^data: /);
  });
});

describe('the options of a mount', () => {
  it.each([
    [{ prefx: '/ai' }, 'there is no option `prefx`; did you mean `prefix`?'],
    [{ provders: [] }, 'there is no option `provders`; did you mean `providers`?'],
    [{ caller: 'ada' }, 'caller must be a function'],
    [{ prefix: 'ai' }, 'prefix must be a plain path'],
    [{ writing: { timout: 1 } }, 'writing: there is no option `timout`; did you mean `timeout`?'],
    [{ writing: { timeout: '1s' } }, 'writing.timeout must be a number of milliseconds'],
    [{ writing: { keepAlive: -1 } }, 'writing.keepAlive must be a number of milliseconds'],
    [{ writing: { keepAlive: 2 ** 31 } }, 'writing.keepAlive must be a number of milliseconds'],
  ])('are checked where they are written: %j', (options, message) => {
    expect(() => aiProxy({ providers: [provider()], ...(options as object) })).toThrow(message);
  });
});

describe('the proxy without options', () => {
  beforeEach(() => {
    for (const name of ['MISTRAL_API_KEY', 'OLLAMA_HOST', 'OLLAMA_API_KEY']) vi.stubEnv(name, '');
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('serves what the environment names, read at the first call', async () => {
    const { POST } = closing(aiProxy());
    vi.stubEnv('MISTRAL_API_KEY', simulator.apiKey);
    vi.stubEnv('MISTRAL_API_BASE', simulator.url);
    expect((await POST(...chat())).status).toBe(200);
  });

  it('says what to set where the environment names nothing', async () => {
    const response = await closing(aiProxy()).POST(...chat());
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: 'not_configured' } }]);
  });
});
