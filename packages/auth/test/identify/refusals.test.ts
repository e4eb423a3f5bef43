import { createProxy, memoryKeyStore } from '@ai-proxy/core';
import type { HttpRequest, KeyRecord, KeyStore } from '@ai-proxy/core';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { readReply } from '../../../core/test/fixtures/read-reply.ts';
import { fromCaller } from '../../../core/src/index.ts';
import { testProvider } from '../../../core/test/fixtures/test-provider.ts';
import { createKey, hashKey } from '../../src/index.ts';
import { keys } from '../../src/keys.ts';
import { asked, chat, makeGateway } from '../fixtures/make-gateway.ts';

const other = (key: string): string => key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);

describe('who presents no good key', () => {
  it.each<[string, string, (key: string, hash: string, id: string) => HttpRequest]>([
    ['nothing', 'key_missing', () => chat(undefined)],
    ['an empty credential', 'key_missing', () => chat(undefined, {}, { authorization: 'Bearer ' })],
    ['another scheme', 'key_missing', (key) => chat(undefined, {}, { authorization: `Basic ${key}` })],
    ['a key that was never made', 'key_unknown', () => chat(createKey())],
    ['a truncated key', 'key_unknown', (key) => chat(key.slice(0, -1))],
    ['a key with one character more', 'key_unknown', (key) => chat(`${key}A`)],
    ['a key that differs in one character', 'key_unknown', (key) => chat(other(key))],
    ['a key in capital letters', 'key_unknown', (key) => chat(key.toUpperCase())],
    ['two keys', 'key_missing', (key) => chat(`${key} ${key}`)],
    ['the stored hash', 'key_unknown', (_key, hash) => chat(hash)],
    ['the stored hash as a key', 'key_unknown', (_key, hash) => chat(`sk-${hash}`)],
    ['the id of a key', 'key_unknown', (_key, _hash, id) => chat(id)],
    ['the master key', 'key_unknown', () => chat('sk-master-0123456789')],
    ['SQL', 'key_unknown', () => chat("sk-'or'1'='1'--")],
    ['a pattern', 'key_unknown', () => chat('sk-*')],
    ['the key in the query', 'key_missing', (key) => ({ ...chat(undefined), target: `/v1/chat/completions?key=${key}` })],
    ['the key in the body', 'key_missing', (key) => chat(undefined, { api_key: key })],
    ['an address of the inside', 'key_missing', () => chat(undefined, {}, { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' })],
    ['a wrong key where a good one stands beside it', 'key_unknown', (key) => chat(other(key), {}, { 'x-api-key': key })],
    ['a wrong key made for the gateway, a good one elsewhere', 'key_unknown', (key) => chat(key, {}, { 'x-ai-proxy-key': other(key) })],
  ])('is refused with %s: %s', async (_what, code, request) => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ id: 'key_the_one' });
    const answer = await gateway.ask(request(key, await hashKey(key), 'key_the_one'));
    expect([answer.status, answer.error()['code'], answer.headers['x-ai-proxy-error-source']]).toEqual([401, code, 'caller']);
    expect(gateway.upstream.requests).toHaveLength(0);
    expect(gateway.receipts.map(({ outcome, key: used }) => [outcome, used])).toEqual([['refused', undefined]]);
    expect(JSON.stringify([answer.text, gateway.logs, gateway.receipts])).not.toContain(key);
  });

  it.each<[string, string, Partial<KeyRecord>]>([
    ['an expired key', 'key_expired', { expiresAt: Date.UTC(2026, 4, 4, 12) }],
    ['a blocked key', 'key_blocked', { blocked: true }],
    ['a key below one that is not there', 'key_unknown', { parent: 'key_gone' }],
  ])('is refused with %s: %s', async (_what, code, differences) => {
    const gateway = await makeGateway();
    const answer = await gateway.ask(chat(await gateway.addKey(differences)));
    expect([answer.status, answer.error()['code']]).toEqual([401, code]);
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  it.each([
    '/v1/models',
    '/v1/models/small',
    '/v1/embeddings',
    '/v1/completions',
    '/v1/fim/completions',
    '/v1/moderations',
    '/test/v1/chat',
    '/test/v1/things',
    '/test/v1/files/1/content',
  ])('is refused at %s too', async (target) => {
    const gateway = await makeGateway();
    const body =
      target.includes('models') || target.includes('things') || target.includes('files')
        ? undefined
        : { model: 'test/small', input: 'x', prompt: 'x' };
    const answer = await gateway.ask(makeRequest(target, body));
    expect(answer.status).toBe(401);
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  it('is asked of no store unless the key is well formed', async () => {
    const store = memoryKeyStore();
    const hashes: string[] = [];
    const watched: KeyStore = { ...store, findByHash: async (hash) => (hashes.push(hash), store.findByHash(hash)) };
    const gateway = await makeGateway({ store: watched });
    for (const text of ['sk-1234', "sk-' or 1=1", 'x', other(createKey())]) await gateway.ask(chat(text));
    expect(hashes).toEqual([]);
    const unknown = createKey();
    await gateway.ask(chat(unknown));
    expect(hashes).toEqual([await hashKey(unknown)]);
  });
});

describe('who presents a good key', () => {
  it.each<[string, (key: string) => Record<string, string>]>([
    ['Authorization', (key) => ({ authorization: `Bearer ${key}` })],
    ['Authorization in small letters', (key) => ({ authorization: `bearer  ${key}` })],
    ['x-api-key', (key) => ({ 'x-api-key': key })],
    ['api-key', (key) => ({ 'api-key': key })],
    ['x-ai-proxy-key', (key) => ({ 'x-ai-proxy-key': key })],
    ['x-portkey-api-key', (key) => ({ 'x-portkey-api-key': key, authorization: 'Bearer something-of-the-provider' })],
    ['cf-aig-authorization', (key) => ({ 'cf-aig-authorization': `Bearer ${key}` })],
  ])('comes in by %s, and the key goes nowhere', async (_header, headers) => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ id: 'key_ada', owner: 'ada', team: 'research', tags: ['night'] });
    const answer = await gateway.ask(chat(undefined, {}, headers(key)));
    expect(answer.status).toBe(200);
    expect(gateway.receipts[0]).toMatchObject({ caller: { id: 'ada' }, key: 'key_ada', team: 'research', tags: ['night'], outcome: 'ok' });
    expect(
      JSON.stringify([gateway.upstream.requests.map(({ headers: up, body, url }) => [up, body, url]), gateway.receipts, gateway.logs]),
    ).not.toContain(key);
  });

  it('has his provider’s key sent up where he brings one, and never the gateway’s', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey();
    const proxy = createProxy({
      providers: [testProvider(gateway.upstream.url, { apiKey: fromCaller })],
      policies: [keys({ store: gateway.store, now: () => Date.UTC(2026, 4, 4, 12) })],
    });
    const own = await readReply(await proxy.handle(chat(undefined, {}, { 'x-ai-proxy-key': key, authorization: 'Bearer own-key' })));
    expect([own.status, gateway.upstream.requests[0]?.headers.authorization]).toEqual([200, 'Bearer own-key']);
    const twice = await readReply(await proxy.handle(chat(key, {}, { 'x-ai-proxy-key': key, 'x-api-key': key })));
    expect([twice.status, twice.error()['code'], gateway.upstream.requests.length]).toEqual([401, 'credential_missing', 1]);
    const none = await readReply(await proxy.handle(chat(key)));
    expect([none.status, none.error()['code'], gateway.upstream.requests.length]).toEqual([401, 'credential_missing', 1]);
  });

  it('is refused as soon as the key is revoked, blocked or expired, though it was just remembered', async () => {
    const gateway = await makeGateway();
    const [gone, blocked, expiring] = [
      await gateway.addKey({ id: 'key_gone' }),
      await gateway.addKey({ id: 'key_blocked' }),
      await gateway.addKey({ expiresAt: Date.UTC(2026, 4, 4, 12) + 60_000 }),
    ];
    for (const key of [gone, blocked, expiring]) expect((await gateway.ask(chat(key))).status).toBe(200);
    await gateway.store.delete('key_gone', madeUpChange(900, 'key_gone', { action: 'delete' }));
    const record = await gateway.store.find('key_blocked');
    if (record) await gateway.store.update({ ...record, blocked: true }, madeUpChange(901, 'key_blocked', { action: 'block' }));
    gateway.pass(2000);
    expect((await gateway.ask(chat(gone))).error()['code']).toBe('key_unknown');
    expect((await gateway.ask(chat(blocked))).error()['code']).toBe('key_blocked');
    gateway.pass(58_000);
    expect((await gateway.ask(chat(expiring))).error()['code']).toBe('key_expired');
    expect(asked(gateway.upstream)).toBe(3);
  });

  it('may use a rotated key for the time that was left to it', async () => {
    const gateway = await makeGateway();
    const old = createKey();
    const key = await gateway.addKey({ earlier: [{ hash: await hashKey(old), until: Date.UTC(2026, 4, 4, 12) + 60_000 }] });
    expect([(await gateway.ask(chat(old))).status, (await gateway.ask(chat(key))).status]).toEqual([200, 200]);
    gateway.pass(60_000);
    const late = await gateway.ask(chat(old));
    expect([late.status, late.error()['code'], (await gateway.ask(chat(key))).status]).toEqual([401, 'key_expired', 200]);
  });

  it('may bring a key in the query of a native route where that is switched on, and it does not go up', async () => {
    const gateway = await makeGateway({ queryParameter: 'key' });
    const key = await gateway.addKey();
    const answer = await gateway.ask(makeRequest(`/test/v1/things?a=1&key=${key}`));
    expect([answer.status, gateway.upstream.requests[0]?.url]).toEqual([200, '/v1/things?a=1']);
  });

  it('may bring a key that was made elsewhere only where that is switched on', async () => {
    const foreign = 'sk-litellm-0123456789abcdef';
    for (const [acceptForeignKeys, status] of [
      [false, 401],
      [true, 200],
    ] as const) {
      const gateway = await makeGateway({ acceptForeignKeys });
      await gateway.store.put(madeUpKey(1, { hash: await hashKey(foreign) }), madeUpChange(1, 'key_0001'));
      expect((await gateway.ask(chat(foreign))).status).toBe(status);
    }
  });

  it('cannot make himself another by fields of the request', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ id: 'key_ada', owner: 'ada' });
    await gateway.ask(
      chat(
        key,
        { user: 'root', metadata: { tags: ['under:key_boss', 'mine'] } },
        { 'x-ai-proxy-tags': 'under:key_boss', 'x-forwarded-for': '10.0.0.1' },
      ),
    );
    expect(gateway.receipts[0]).toMatchObject({ caller: { id: 'ada' }, key: 'key_ada', endUser: 'root', tags: ['mine'] });
  });
});

describe('a store of keys that fails', () => {
  const broken: Record<string, Partial<KeyStore>> = {
    'throws at once': {
      findByHash: () => {
        throw new Error('no');
      },
    },
    rejects: { findByHash: () => Promise.reject(new Error('gone')) },
    hangs: { findByHash: () => new Promise(() => undefined) },
    'answers nothing that is a key': { findByHash: async () => ({ id: 'key_1', blocked: false }) as unknown as KeyRecord },
    'answers true': { findByHash: async () => true as unknown as KeyRecord },
    'answers another key': { findByHash: async () => madeUpKey(9) },
    'cannot tell what has changed': { changes: () => Promise.reject(new Error('gone')) },
    'hangs when asked what has changed': { changes: () => new Promise(() => undefined) },
    'tells nonsense of what has changed': { changes: async () => undefined as never },
  };
  it.each(Object.entries(broken))('lets nobody in: it %s', async (_what, fault) => {
    const store = memoryKeyStore();
    const gateway = await makeGateway({ store: { ...store, ...fault }, patience: { timeout: 30 } });
    const key = await gateway.addKey();
    const answers = await Promise.all(Array.from({ length: 5 }, async () => gateway.ask(chat(key))));
    for (const { status } of answers) expect([500, 503]).toContain(status);
    expect(gateway.upstream.requests).toHaveLength(0);
  });

  it('is named, and asked again when it is back', async () => {
    const store = memoryKeyStore({ name: 'the vault' });
    let isDown = false;
    const unstable =
      <Values extends unknown[], T>(ask: (...values: Values) => Promise<T>) =>
      async (...values: Values): Promise<T> => {
        if (isDown) throw new Error('connection refused');
        return ask(...values);
      };
    const gateway = await makeGateway({ store: { ...store, findByHash: unstable(store.findByHash), changes: unstable(store.changes) } });
    const key = await gateway.addKey();
    expect((await gateway.ask(chat(key))).status).toBe(200);
    isDown = true;
    gateway.pass(1950);
    for (let tries = 0; tries < 6; tries += 1) {
      const answer = await gateway.ask(chat(key));
      expect([answer.status, answer.error()['code'], answer.headers['retry-after']]).toEqual([503, 'store_unavailable', '1']);
      expect(answer.error()['message']).toContain('"the vault"');
    }
    isDown = false;
    gateway.pass(1000);
    expect((await gateway.ask(chat(key))).status).toBe(200);
  });
});
