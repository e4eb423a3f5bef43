// No secret crosses a line it should not: a mark in every place where a secret can be, looked for everywhere else.
// That nothing leaks through the faults of a provider is counted in the table of faults.

import { answerHead, chunk, sendRaw } from '@ai-proxy/testing';
import type { RawVerdict, Script } from '@ai-proxy/testing';
import { startScriptedUpstream } from '@ai-proxy/testing';
import type { ScriptedUpstream } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaryHeaders, callerCanaries, providerKey, sightings } from './fixtures/canaries.ts';
import { printTable } from './fixtures/print-table.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const json = { 'content-type': 'application/json' };
const escaped = providerKey.replace(/./g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

function whole(status: number, body: string, headers: Record<string, string> = json): Script {
  return [['write', answerHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }) + body]];
}

function stream(...pieces: readonly string[]): Script {
  return [
    ['write', answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })],
    ...pieces.flatMap((piece) => [['write', chunk(piece)] as const, ['sleep', 5] as const]),
    ['write', chunk('')],
  ];
}

const quoted = JSON.stringify({
  object: 'error',
  message: `the key ${providerKey} is not right`,
  type: 'invalid_request_error',
  param: null,
  code: '1',
});
const begun = event({ role: 'assistant', content: 'begun' });
const middle = Math.floor(quoted.length / 2);

/** Ways in which a provider repeats the key that it was called with. */
const repetitions: Readonly<Record<string, Script>> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 422, 429, 500, 503].flatMap((status) => [
      [`json ${status}`, whole(status, quoted)],
      [`text ${status}`, whole(status, `Bearer ${providerKey} is not right`, { 'content-type': 'text/plain' })],
    ]),
  ),
  'html 401': whole(401, `<p>${providerKey}</p>`, { 'content-type': 'text/html' }),
  'fastapi 401': whole(401, JSON.stringify({ detail: `Invalid key ${providerKey}` })),
  'nested 400': whole(
    400,
    JSON.stringify({ error: { message: { headers: { authorization: [`Bearer ${providerKey}`] } }, [providerKey]: 1 } }),
  ),
  'escaped 400': whole(400, `{"object":"error","message":"the key ${escaped} is not right","type":"x","param":null,"code":null}`),
  'error inside a 200': whole(200, quoted),
  'headers of a 200': whole(200, JSON.stringify(completion()), {
    ...json,
    'x-echo': providerKey,
    'x-echo-authorization': `Bearer ${providerKey}`,
    'set-cookie': `k=${providerKey}`,
  }),
  'headers of a 401': whole(401, '{}', { ...json, 'x-echo': `Bearer ${providerKey}`, 'www-authenticate': `Bearer realm="${providerKey}"` }),
  'headers of a 429': whole(429, '{}', { ...json, 'retry-after': '1', 'x-ratelimit-key': providerKey, 'x-kong-request-id': providerKey }),
  'a redirect': whole(307, '', { location: `https://elsewhere.example/?key=${providerKey}` }),
  'reason phrase': [['write', `HTTP/1.1 401 ${providerKey}\r\ncontent-length: 0\r\n\r\n`]],
  'first event': stream(`data: ${quoted}\n\n`),
  'event after content': stream(begun, `data: ${quoted}\n\n`),
  'event with content': stream(`${begun}data: ${quoted}\n\n`),
  'event in two pieces': stream(begun, `data: ${quoted.slice(0, middle)}`, `${quoted.slice(middle)}\n\n`),
  'escaped event': stream(begun, `data: {"object":"error","message":"${escaped}","type":"x","param":null,"code":null}\n\n`),
  'error field': stream(begun, `error: ${quoted}\n\n`),
  'last event without its end': stream(begun, `data: ${quoted}`),
  'no JSON in a 200': whole(200, `key: ${providerKey}`, json),
  'broken off': [['write', answerHead(200, { ...json, 'content-length': '1000' }) + quoted], ['reset']],
  'no HTTP': [['write', `${providerKey}\r\n\r\n`], ['end']],
};

function completion(): object {
  return {
    id: 'a',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

interface Way {
  readonly name: string;
  readonly route: 'translated' | 'native' | 'relay';
  readonly stream: boolean;
}

const ways: readonly Way[] = [
  { name: 'translated, stream', route: 'translated', stream: true },
  { name: 'translated, whole', route: 'translated', stream: false },
  { name: 'native, stream', route: 'native', stream: true },
  { name: 'native, whole', route: 'native', stream: false },
  { name: 'download', route: 'relay', stream: false },
  { name: 'upload', route: 'relay', stream: true },
];

const titles = Object.keys(repetitions);
let upstream: ScriptedUpstream;
let proxy: RunningProxy;

beforeAll(async () => {
  upstream = await startScriptedUpstream((_, request) => {
    const index = /repetition-(\d+)/.exec(Buffer.from(request).toString('latin1'))?.[1];
    return (index === undefined ? undefined : repetitions[titles[Number(index)] ?? '']) ?? whole(404, '{"detail":"Not Found"}');
  });
  proxy = await startProxy({
    binding: 'express',
    upstreams: [{ name: 'mistral', url: upstream.url, apiKey: providerKey }],
    options: { retry: false, breaker: false, timeouts: { firstByte: 20_000, idle: 20_000 } },
  });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

interface Seen extends RawVerdict {
  /** Every byte as it was on the wire, head included. */
  readonly wire: Buffer;
}

async function ask(way: Way, mark: string, headers: readonly (readonly [string, string])[]): Promise<Seen> {
  const pieces: Uint8Array[] = [];
  const call = { port: proxy.port, timeoutMs: 30_000, onBytes: (bytes: Uint8Array) => void pieces.push(bytes) };
  const seen = await (way.route === 'relay'
    ? sendRaw({
        ...call,
        path: way.stream ? '/ai/mistral/v1/files' : `/ai/mistral/v1/files/${mark}/content`,
        headers: way.stream ? [...headers, ['content-type', 'multipart/form-data; boundary=b']] : headers,
        ...(way.stream ? { body: `--b\r\ncontent-disposition: form-data; name="${mark}"\r\n\r\nx\r\n--b--\r\n` } : {}),
      })
    : sendRaw({
        ...call,
        path: way.route === 'translated' ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions',
        headers: [...headers, ['content-type', 'application/json']],
        body: JSON.stringify({
          model: way.route === 'translated' ? 'mistral/m' : 'm',
          messages: [{ role: 'user', content: mark }],
          ...(way.stream ? { stream: true } : {}),
        }),
      }));
  return { ...seen, wire: Buffer.concat(pieces) };
}

const markOf = (title: string): string => `repetition-${titles.indexOf(title)}-`;

describe("a provider's key", () => {
  it('does not come down, however the provider repeats it', { timeout: 60_000 }, async () => {
    const results = await Promise.all(
      titles.flatMap((title) =>
        // What is relayed is nobody's JSON: there the key is known as it is written, and no provider escapes plain letters.
        ways
          .filter(({ route }) => route !== 'relay' || !title.startsWith('escaped'))
          .map(async (way) => {
            const seen = await ask(way, markOf(title), []);
            return { title, way: way.name, seen, secrets: sightings({ up: [], down: [seen.wire], told: [] }) };
          }),
      ),
    );
    await settlesDown(() => proxy.receipts.length >= results.length);
    const told = sightings({
      up: upstream.requests.map(({ bytes }) => Buffer.from(bytes)),
      down: [],
      told: [proxy.console(), JSON.stringify(proxy.receipts)],
    });
    printTable(
      `A provider's key that the provider repeats (${titles.length} ways, ${results.length} calls)`,
      ways.map(({ name }) => {
        const own = results.filter(({ way }) => way === name);
        return {
          route: name,
          calls: own.length,
          'came down': own.filter(({ secrets }) => secrets.length > 0).length,
          hung: own.filter(({ seen }) => seen.ending === 'hung').length,
        };
      }),
    );
    expect(results.filter(({ secrets }) => secrets.length > 0).map(({ title, way, seen }) => `${title} (${way}): ${seen.status}`)).toEqual(
      [],
    );
    expect(told).toEqual([]);
    expect(results.filter(({ seen }) => seen.ending === 'hung').map(({ title, way }) => `${title} (${way})`)).toEqual([]);
  });

  it('stays out of a report that would be none without it', async () => {
    const asked = (route: Way['route']): Promise<Seen> => ask({ name: route, route, stream: false }, markOf('json 400'), []);
    const [translated, native] = await Promise.all([asked('translated'), asked('native')]);
    expect(JSON.parse(translated.text)).toMatchObject({ error: { message: 'the key [redacted] is not right', code: '1' } });
    expect(JSON.parse(native.text)).toEqual({ ...(JSON.parse(quoted) as object), message: 'the key [redacted] is not right' });
  });
});

describe("a caller's secrets", () => {
  it('do not go up, from whatever header, on whatever route', { timeout: 60_000 }, async () => {
    const before = upstream.requests.length;
    const seen = await Promise.all(
      ways.flatMap((way) => [
        // All at once, each alone, and each in the spelling of other servers.
        ask(way, markOf('headers of a 200'), canaryHeaders),
        ...canaryHeaders.flatMap(([name, value]) =>
          [name, name.toUpperCase(), name.replaceAll('-', '_')].map((spelling) =>
            ask(way, markOf('headers of a 200'), [[spelling, value]]),
          ),
        ),
      ]),
    );
    const up = upstream.requests.slice(before).map(({ bytes }) => Buffer.from(bytes));
    const found = sightings({ up, down: seen.map(({ wire }) => wire), told: [proxy.console(), JSON.stringify(proxy.receipts)] });
    printTable('Secrets in the headers of callers', [
      { headers: callerCanaries.length, requests: seen.length, 'requests that went up': up.length, sightings: found.length },
    ]);
    expect(found).toEqual([]);
    expect(up.length).toBe(seen.length);
    expect(up.every((request) => request.includes(`Bearer ${providerKey}`))).toBe(true);
  });

  it('are not taken for parts of the address', async () => {
    const before = upstream.requests.length;
    const moved = await Promise.all(
      [
        'x-portkey-custom-host',
        'x-base-url',
        'api_base',
        'x-upstream',
        'x-forwarded-host',
        'x-forwarded-proto',
        'x-original-url',
        'x-rewrite-url',
        'x-http-method-override',
        'host',
      ].flatMap((name) => ways.map((way) => ask(way, markOf('headers of a 200'), [[name, '127.0.0.1:1']]))),
    );
    const requests = upstream.requests.slice(before);
    expect(requests.length).toBe(moved.length);
    const hosts = requests.flatMap(({ headers }) => headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value));
    expect(new Set(hosts)).toEqual(new Set([`127.0.0.1:${upstream.port}`]));
  });
});

describe('the process behind all this', () => {
  it('has come to no harm', () => {
    expect([proxy.troubles, proxy.isAlive]).toEqual([[], true]);
  });
});
