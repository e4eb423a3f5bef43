import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKey, hashKey, keyAdmin } from '@ai-proxy/auth';
import { aiProxy, mount } from '@ai-proxy/connect';
import type { KeyRecord } from '@ai-proxy/core';
import { madeUpChange, sendRaw } from '@ai-proxy/testing';
import type { RawVerdict } from '@ai-proxy/testing';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asked, chat, makeGateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import type { Gateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import { keyStores } from './key-stores.ts';
import { secretsOf } from './secrets-of.ts';

type Header = readonly [string, string];

interface Door {
  readonly gateway: Gateway;
  readonly key: string;
  readonly other: string;
  /** A chat over a socket, with headers as they are. */
  ask(headers: readonly Header[], target?: string, method?: string): Promise<RawVerdict>;
  /** Looks that nobody was let in, and nobody told anything. */
  expectShut(verdict: RawVerdict): Promise<void>;
}

const masterKey = 'sk-master-of-this-house-0123456789';
const body = JSON.stringify({ model: 'test/small', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 });

async function open(kind: string): Promise<Door> {
  const makeStore = keyStores[kind];
  if (!makeStore) throw new Error(kind);
  const store = makeStore();
  const gateway = await makeGateway({ store });
  onTestFinished(() => store.close());
  const [key, other] = [
    await gateway.addKey({ id: 'key_ada', owner: 'ada', alias: 'ada' }),
    await gateway.addKey({ id: 'key_bob', owner: 'bob' }),
  ];
  const proxy = aiProxy(gateway.proxy, { prefix: '/ai' });
  const admin = mount(keyAdmin({ store, masterKey }));
  const server = createServer((req, res) => admin(req, res, () => proxy(req, res)));
  server.on('upgrade', proxy.upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const secrets = [...(await secretsOf(key)), ...(await secretsOf(other)), masterKey];
  return {
    gateway,
    key,
    other,
    ask: (headers, target = '/ai/v1/chat/completions', method = 'POST') =>
      sendRaw({
        port,
        method,
        path: target,
        headers: [
          ['host', 'proxy.example'],
          ['connection', 'close'],
          ['content-type', 'application/json'],
          ['content-length', String(body.length)],
          ...headers,
        ],
        body,
      }),
    async expectShut(verdict) {
      expect(asked(gateway.upstream)).toBe(0);
      expect(gateway.receipts.filter(({ key: used, outcome }) => used !== undefined || outcome === 'ok')).toEqual([]);
      const told = JSON.stringify([verdict.text, verdict.rawHeaders, gateway.logs, gateway.receipts]);
      for (const secret of secrets) expect(told).not.toContain(secret);
    },
  };
}

const bearer = (text: string): readonly Header[] => [['authorization', `Bearer ${text}`]];
/** Text in UTF-8, as the bytes that clients write into headers. */
const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
const swapped = (key: string, at: number): string => key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1);

describe.each(Object.keys(keyStores))('a proxy whose keys are %s', { timeout: 60_000 }, (kind) => {
  it.each<[string, number, (key: string, more: { hash: string; other: string }) => readonly Header[]]>([
    ['no credential', 401, () => []],
    ['the key twice, divided by a comma', 401, (key) => bearer(`${key},${key}`)],
    ['the key twice, divided by a blank', 401, (key) => bearer(`${key} ${key}`)],
    ['the key, and something behind it', 401, (key) => bearer(`${key};x=1`)],
    ['the word Bearer twice', 401, (key) => bearer(`Bearer ${key}`)],
    ['the word Bearer without a blank', 401, (key) => [['authorization', `Bearer${key}`]]],
    ['a tab behind the word Bearer', 401, (key) => [['authorization', `Bearer\t${key}`]]],
    ['the bare key in Authorization', 401, (key) => [['authorization', key]]],
    ['another scheme', 401, (key) => [['authorization', `Token ${key}`]]],
    ['Basic with the key as its password', 401, (key) => [['authorization', `Basic ${btoa(`user:${key}`)}`]]],
    ['the key in quotes', 401, (key) => bearer(`"${key}"`)],
    ['the key in base64', 401, (key) => bearer(btoa(key))],
    ['the key encoded as in a URL', 401, (key) => bearer(key.replace('sk-', 'sk%2D'))],
    ['the key in capitals', 401, (key) => bearer(key.toUpperCase())],
    ['the key without its prefix', 401, (key) => bearer(key.slice(3))],
    ['the key with another prefix', 401, (key) => bearer(`pk-${key.slice(3)}`)],
    ['a Cyrillic letter that looks like one of the key', 401, (key) => bearer(asBytes(key.replace('sk-', '\u0455k-')))],
    ['fullwidth letters', 401, (key) => bearer(asBytes(key.replace('sk-', '\uff53\uff4b\uff0d')))],
    ['a space of no width in the key', 401, (key) => bearer(asBytes(`${key.slice(0, 9)}\u200b${key.slice(9)}`))],
    ['a non-breaking space behind it', 401, (key) => bearer(`${key}\u00a0`)],
    ['padding behind it', 401, (key) => bearer(`${key}=`)],
    ['what is shown of a key', 401, (key) => bearer(`sk-...${key.slice(-4)}`)],
    ['the id of a key', 401, () => bearer('key_ada')],
    ['the alias of a key', 401, () => bearer('ada')],
    ['the stored hash', 401, (_key, { hash }) => bearer(hash)],
    ['the stored hash with a prefix', 401, (_key, { hash }) => bearer(`sk-${hash}`)],
    ['the master key', 401, () => bearer(masterKey)],
    ['SQL', 401, () => bearer(`sk-'OR'1'='1'--`)],
    ['SQL in the form of a key', 401, () => bearer(`sk-${"'OR1=1--".padEnd(48, 'A')}`)],
    ['a pattern', 401, () => bearer('sk-%')],
    ['a path', 401, () => bearer('../../key_ada')],
    ['the name of a prototype', 401, () => bearer('__proto__')],
    ['a wrong key in front of the right one', 401, (key) => [...bearer(swapped(key, 9)), ...bearer(key)]],
    ['a header made for the gateway that is empty', 401, (key) => [['x-ai-proxy-key', ''], ...bearer(key)]],
    ['a wrong key made for the gateway beside the right one', 401, (key) => [['x-ai-proxy-key', swapped(key, 9)], ...bearer(key)]],
    [
      'a key twice in x-api-key',
      401,
      (key) => [
        ['x-api-key', key],
        ['x-api-key', key],
      ],
    ],
    [
      'two keys in x-api-key',
      401,
      (key, { other }) => [
        ['x-api-key', key],
        ['x-api-key', other],
      ],
    ],
    ['Bearer in x-api-key', 401, (key) => [['x-api-key', `Bearer ${key}`]]],
    ['an underline in the name of the header', 401, (key) => [['x_api_key', key]]],
    [
      'the header of another proxy',
      401,
      (key) => [
        ['proxy-authorization', `Bearer ${key}`],
        ['x-forwarded-authorization', `Bearer ${key}`],
      ],
    ],
    ['a cookie', 401, (key) => [['cookie', `authorization=Bearer ${key}; x-api-key=${key}`]]],
    ['a subprotocol of WebSocket', 401, (key) => [['sec-websocket-protocol', `openai-insecure-api-key.${key}`]]],
    [
      'an address of the inside',
      401,
      () => ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip', 'x-client-ip'].map((name) => [name, '127.0.0.1'] as const),
    ],
    [
      'a user whom a front door would name',
      401,
      () =>
        ['remote-user', 'x-forwarded-user', 'x-remote-user', 'x-authenticated-user', 'x-ai-proxy-caller', 'x-ai-proxy-key-id'].map(
          (name) => [name, 'key_ada'] as const,
        ),
    ],
    [
      'another path by a header',
      401,
      () => ['x-original-url', 'x-rewrite-url', 'x-forwarded-path', 'x-forwarded-prefix'].map((name) => [name, '/api/version'] as const),
    ],
    [
      'another method by a header',
      401,
      () => ['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) => [name, 'OPTIONS'] as const),
    ],
    [
      'another host by a header',
      401,
      () => [
        ['x-forwarded-host', 'localhost'],
        ['x-host', 'localhost'],
      ],
    ],
    [
      'a preflight that is none',
      401,
      () => [
        ['origin', 'http://localhost'],
        ['access-control-request-method', 'POST'],
      ],
    ],
    ['NUL in the header', 400, (key) => bearer(`${key}\0`)],
    ['a line that is folded', 400, (key) => [['authorization', `Bearer\r\n ${key}`]]],
    ['a blank behind the name of the header', 400, (key) => [['authorization ', `Bearer ${key}`]]],
    ['a second host', 401, (key) => [['host', 'localhost'], ...bearer(swapped(key, 9))]],
    ['a header of a megabyte', 431, (key) => bearer(key + 'A'.repeat(1024 * 1024))],
    [
      'very many headers',
      431,
      (key) => [...Array.from({ length: 3000 }, (_, index) => [`x-header-${index}`, 'x'] as const), ...bearer(swapped(key, 9))],
    ],
  ])('refuses %s with %d', async (_what, status, headers) => {
    const door = await open(kind);
    const verdict = await door.ask(headers(door.key, { hash: await hashKey(door.key), other: door.other }));
    await door.expectShut(verdict);
    expect(verdict.status).toBe(status);
  });

  it.each<[string, (key: string) => string, number]>([
    [
      'the query',
      (key) => `/ai/v1/chat/completions?key=${key}&api_key=${key}&api-key=${key}&access_token=${key}&authorization=Bearer%20${key}`,
      401,
    ],
    ['the query of a native route', (key) => `/ai/test/v1/chat?key=${key}&api-key=${key}`, 401],
    ['the path', (key) => `/ai/v1/${key}/chat/completions`, 404],
    ['the authority of the target', (key) => `http://user:${key}@proxy.example/ai/v1/chat/completions`, 401],
    ['a fragment', (key) => `/ai/v1/chat/completions#${key}`, 400],
  ])('does not look for a key in %s', async (_where, target, status) => {
    const door = await open(kind);
    const verdict = await door.ask([], target(door.key));
    await door.expectShut(verdict);
    expect(verdict.status).toBe(status);
  });

  it.each<[string, Partial<KeyRecord>, string]>([
    ['blocked', { blocked: true }, 'key_blocked'],
    ['expired', { expiresAt: Date.UTC(2026, 4, 4, 11) }, 'key_expired'],
    ['below one that was revoked', { parent: 'key_gone' }, 'key_unknown'],
  ])('refuses a key that is %s, and one that was revoked', async (_what, differences, code) => {
    const door = await open(kind);
    const key = await door.gateway.addKey({ id: 'key_third', ...differences });
    const verdict = await door.ask(bearer(key));
    await door.expectShut(verdict);
    expect(verdict.status).toBe(401);
    expect(verdict.text).toContain(code);
    expect(verdict.text).not.toContain(key);
    await door.gateway.store.delete('key_bob', madeUpChange(99, 'key_bob', { action: 'delete' }));
    const revoked = await door.ask(bearer(door.other));
    await door.expectShut(revoked);
    expect(revoked.status).toBe(401);
  });

  it('lets the first of several credentials count, and each for its own holder', async () => {
    const door = await open(kind);
    for (const [headers, holder] of [
      [[...bearer(door.key), ...bearer(door.other)], 'ada'],
      [[...bearer(door.key), ['x-api-key', door.other]], 'ada'],
      [
        [
          ['x-api-key', door.other],
          ['api-key', door.key],
        ],
        'bob',
      ],
      [[['x-ai-proxy-key', door.other], ...bearer(door.key)], 'bob'],
      [[['authorization', `bEaReR   ${door.key}  `]], 'ada'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the last receipt is this one's
      const verdict = await door.ask(headers);
      expect([verdict.status, door.gateway.receipts.at(-1)?.caller?.id]).toEqual([200, holder]);
    }
    const seen = JSON.stringify(door.gateway.upstream.requests.map(({ headers, url, body: sent }) => [headers, url, sent]));
    for (const secret of [door.key, door.other])
      expect(seen + JSON.stringify([door.gateway.receipts, door.gateway.logs])).not.toContain(secret);
  });

  it('lets no credential of administration be a key, and no key administer', async () => {
    const door = await open(kind);
    for (const [headers, target, status] of [
      [bearer(door.key), '/key/generate', 403],
      [bearer(door.key), '/key/block', 403],
      [[['x-ai-proxy-key', door.key], ...bearer(masterKey)], '/key/generate', 403],
      [[...bearer(`${masterKey} `), ...bearer(door.key)], '/key/generate', 400],
      [bearer(masterKey.slice(0, -1)), '/key/generate', 401],
      [bearer(`${masterKey},${masterKey}`), '/key/generate', 401],
      [[['x-ai-proxy-key', masterKey]], '/key/generate', 401],
      [[['cookie', `authorization=${masterKey}`]], '/key/generate', 401],
      [[], `/key/generate?key=${masterKey}`, 401],
      [[], `/key/key_ada/regenerate`, 401],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const verdict = await door.ask(headers, target);
      expect([target, verdict.status]).toEqual([target, status]);
      for (const secret of [masterKey, ...(await secretsOf(door.key))]) expect(verdict.text).not.toContain(secret);
    }
    const { keys } = await door.gateway.store.list();
    expect(keys.map(({ id }) => id).toSorted()).toEqual(['key_ada', 'key_bob']);
  });

  it('knows every key that was cut, lengthened, or changed in one character, and asks its store for none of them', async () => {
    const makeStore = keyStores[kind];
    const store = makeStore?.();
    if (!store) throw new Error(kind);
    onTestFinished(() => store.close());
    let lookUps = 0;
    const gateway = await makeGateway({ store: { ...store, findByHash: async (hash) => ((lookUps += 1), store.findByHash(hash)) } });
    const key = await gateway.addKey();
    const wrong = [
      ...Array.from({ length: key.length }, (_, length) => key.slice(0, length)),
      ...Array.from({ length: key.length }, (_, at) => swapped(key, at)),
      ...Array.from({ length: key.length }, (_, at) => key.slice(0, at) + key.slice(at + 1)),
      ...Array.from(
        { length: key.length - 4 },
        (_, at) => key.slice(0, at + 3) + (key[at + 4] ?? '') + (key[at + 3] ?? '') + key.slice(at + 5),
      ).filter((text) => text !== key),
      `${key}A`,
      `A${key}`,
      key + key,
    ];
    const statuses = new Set(await Promise.all(wrong.map(async (text) => (await gateway.ask(chat(text))).status)));
    expect([[...statuses], lookUps, asked(gateway.upstream)]).toEqual([[401], 0, 0]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (text) => {
        const { status } = await gateway.ask(chat(undefined, {}, { 'x-api-key': text }));
        expect(status).toBe(401);
      }),
    );
    expect([lookUps, asked(gateway.upstream)]).toEqual([0, 0]);
    // Made by the same hand, known to nobody: only these are asked for.
    expect((await gateway.ask(chat(createKey()))).status).toBe(401);
    expect(lookUps).toBe(1);
  });
});
