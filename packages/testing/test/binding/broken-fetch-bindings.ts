import { createProxy } from '@ai-proxy/core';
import type { BindingUnderTest } from '../../src/index.ts';
import { fetchBinding, lacksOfFetch, sound } from './fetch-bindings.ts';
import type { Answering } from './fetch-bindings.ts';

/** A binding with one mistake, and parts of the names of the behaviours that it misses by it. */
export type Broken = readonly [binding: BindingUnderTest, misses: readonly string[]];

const broken = (name: string, answer: Answering, misses: readonly string[]): Broken => [fetchBinding(name, answer), misses];

const withBody = (response: Response, body: ReadableStream | string | null): Response => new Response(body, response);

/** The mistakes that can be made with `Request` and `Response`. */
export const brokenFetchBindings: readonly Broken[] = [
  broken('loses the headers', async (...asked) => new Response((await sound(...asked)).body, { status: 200 }), [
    'a chat is answered whole',
    "a provider's refusal keeps its status",
    'a path that does not take the method',
    'what describes it',
    'a part of a file',
  ]),
  broken(
    'holds streams back until they are over',
    async (...asked) => withBody(await sound(...asked), await (await sound(...asked)).text()),
    [
      'each event of a stream',
      "each line of the provider's own stream",
      'sends its headers after the patience',
      'whole events at a time',
      'each piece of a relayed answer',
    ],
  ),
  broken('ends streams well that broke', async (...asked) => withEnd(await sound(...asked)), [
    'a stream that breaks ends in an error event and a cut',
    'a stream that ends cleanly without the mark',
    'breaks with an error in its words',
    'breaks before its length',
    'breaks before its chunks',
    'who takes compressed answers',
  ]),
  broken('adds words of its own to what broke', async (...asked) => withEnd(await sound(...asked), 'Error: broken'), [
    'breaks before its length',
    'breaks before its chunks',
  ]),
  broken(
    'does not notice who leaves',
    async (proxy, request, init) => keepReading(await proxy.fetch(new Request(request, { signal: null }), init)),
    [
      'before the upstream is connected',
      'while a whole answer is awaited',
      'in the middle of a whole answer',
      'while a stream is awaited',
      'leaves in the middle of a stream',
      "in the middle of the provider's own stream",
      'while a relayed answer is awaited',
      'in the middle of a relayed download',
    ],
  ),
  broken('reads on for callers who do not', async (...asked) => keepReading(await sound(...asked)), ['a caller who does not read']),
  broken('decodes paths', (proxy, request, init) => sound(proxy, toUrl(request, decodeURI(request.url)), init), ['the escapes of a path']),
  broken('decodes slashes', (proxy, request, init) => sound(proxy, toUrl(request, request.url.replaceAll(/%2f/gi, '/')), init), [
    'an encoded slash',
  ]),
  broken('joins slashes', (proxy, request, init) => sound(proxy, toUrl(request, request.url.replace(/([^:])\/\//, '$1/')), init), [
    'an empty segment',
  ]),
  broken('loses queries', (proxy, request, init) => sound(proxy, toUrl(request, request.url.split('?', 1)[0] ?? ''), init), [
    'a query goes up with',
    'a query goes up as',
  ]),
  broken('takes paths that begin alike', (proxy, request, init) => sound(proxy, toUrl(request, request.url.replace('/aix', '/ai')), init), [
    'only begins with the mount',
  ]),
  broken('asks nobody who is there', (proxy, request, { prefix = '', keepAlive = 0 }) => sound(proxy, request, { prefix, keepAlive }), [
    "by the framework's own request who is asking",
    'may take its time',
    'a request of nobody',
    'fails to tell who is asking',
  ]),
  broken(
    'lets in whom it cannot ask',
    (proxy, request, init) => sound(proxy, request, 'caller' in init ? { ...init, caller: { id: 'x' } } : init),
    ['a request of nobody', 'fails to tell who is asking'],
  ),
  broken('writes bodies anew', async (proxy, request, init) => sound(proxy, await rewritten(request), init), [
    "a call of the provider's own API goes up and comes down byte for byte",
    'no JSON by its type',
  ]),
  broken('takes every body for text', async (proxy, request, init) => sound(proxy, await asText(request), init), [
    'a compressed body',
    'a form with a file',
  ]),
  broken('hands cookies on', async (...asked) => added(await sound(...asked), 'set-cookie', 'canary=1'), ['cookies, framing']),
  broken('marks answers as public', async (...asked) => changed(await sound(...asked), 'cache-control', 'public'), [
    'each event of a stream',
    "each line of the provider's own stream",
  ]),
  broken('shows no life', (proxy, request, init) => sound(proxy, request, { ...init, keepAlive: 0 }), ['a sign of life']),
  broken(
    'answers preflights by itself',
    async (proxy, request, init) =>
      request.method === 'OPTIONS'
        ? new Response(null, { status: 204, headers: { 'access-control-allow-origin': '*' } })
        : sound(proxy, request, init),
    ['a preflight of a listed origin', 'nothing is granted'],
  ),
  broken(
    'turns HEAD into GET',
    (proxy, request, init) => sound(proxy, request.method === 'HEAD' ? new Request(request.url) : request, init),
    ['to HEAD without its body'],
  ),
  broken('answers 204 by 200', async (...asked) => statusChanged(await sound(...asked), 204, 200), ['204 and 304', 'a preflight']),
  [
    {
      name: 'makes a proxy for each mount',
      lacks: lacksOfFetch,
      async start(options) {
        const proxies = [createProxy(options), createProxy(options)] as const;
        return {
          url: 'http://proxy.example/ai',
          secondUrl: 'http://proxy.example/second',
          fetch(request) {
            const isSecond = new URL(request.url).pathname.startsWith('/second/');
            return proxies[isSecond ? 1 : 0].fetch(request, { prefix: isSecond ? '/second' : '/ai' });
          },
          close: async () => void (await Promise.all(proxies.map((proxy) => proxy.close({ grace: 0 })))),
        };
      },
    },
    ['two mounts of one proxy'],
  ],
];

/** The body of a response, which ends well whatever happens. */
function withEnd(response: Response, words = ''): Response {
  const { body } = response;
  if (body === null) return response;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      yield* body as AsyncIterable<Uint8Array>;
    } catch {
      yield new TextEncoder().encode(words);
    }
  }
  return withBody(response, toStream(pieces()));
}

/** The body of a response, read at once whether anybody wants it or not, and to its end whether anybody is there or not. */
function keepReading(response: Response): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) return response;
  const body = new ReadableStream({
    async start(controller) {
      void (async () => {
        try {
          for (let next = await reader.read(); !next.done; next = await reader.read()) enqueue(controller, next.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
      })();
    },
  });
  return withBody(response, body);
}

function enqueue(controller: ReadableStreamDefaultController, value: unknown): void {
  try {
    controller.enqueue(value);
  } catch {
    // Nobody reads any more, and this binding does not care.
  }
}

function toStream(pieces: AsyncGenerator<Uint8Array>): ReadableStream {
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

const toUrl = (request: Request, url: string): Request => {
  const { method, headers, body, signal } = request;
  return new Request(url, { method, headers, signal, ...(body === null ? {} : { body, duplex: 'half' }) });
};

async function rewritten(request: Request): Promise<Request> {
  if (request.body === null) return request;
  const text = await request.text();
  const { url, method, signal } = request;
  return new Request(url, { method, signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(toJson(text)) });
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function asText(request: Request): Promise<Request> {
  if (request.body === null) return request;
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: await request.clone().text() });
}

function added(response: Response, name: string, value: string): Response {
  const headers = new Headers(response.headers);
  headers.append(name, value);
  return new Response(response.body, { status: response.status, headers });
}

function changed(response: Response, name: string, value: string): Response {
  const headers = new Headers(response.headers);
  headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

const statusChanged = (response: Response, from: number, to: number): Response =>
  response.status === from ? new Response(response.body, { status: to, headers: response.headers }) : response;
