import { hashKey } from '@ai-proxy/auth';
import type { KeyRecord, KeyStore } from '@ai-proxy/core';
import { madeUpKey } from '@ai-proxy/testing';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asked, chat, makeGateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import type { Gateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import { keyStores } from './key-stores.ts';
import { secretsOf } from './secrets-of.ts';

type FindByHash = (hash: string, right: KeyRecord | undefined) => unknown;

async function open(kind: string, find: FindByHash): Promise<{ gateway: Gateway; key: string }> {
  const kept = keyStores[kind]?.();
  if (!kept) throw new Error(kind);
  const store: KeyStore = {
    ...kept,
    findByHash: async (hash) => find(hash, await kept.findByHash(hash)) as Promise<KeyRecord | undefined>,
  };
  // A store that writes to a disk may take its time; only one that hangs has none.
  const gateway = await makeGateway({ store, patience: { timeout: 250 } });
  onTestFinished(() => kept.close());
  return { gateway, key: await gateway.addKey({ owner: 'ada' }) };
}

async function expectShut(gateway: Gateway, key: string): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the first must not make the second different
    const answer = await gateway.ask(chat(key));
    expect([401, 403, 500, 503]).toContain(answer.status);
    for (const secret of await secretsOf(key)) expect(answer.text + JSON.stringify(answer.headers)).not.toContain(secret);
  }
  expect(asked(gateway.upstream)).toBe(0);
  for (const secret of await secretsOf(key)) expect(JSON.stringify([gateway.logs, gateway.receipts])).not.toContain(secret);
}

const nonsense: Readonly<Record<string, FindByHash>> = {
  throws: (hash) => {
    throw new Error(`no row for ${hash} in postgres://user:password@host`);
  },
  'rejects with nothing': () => Promise.reject(undefined),
  'rejects with an object that looks like an answer': () => Promise.reject({ status: 200, code: 'ok' }),
  hangs: () => new Promise(() => undefined),
  'says null': () => null,
  'says nothing': () => undefined,
  'says true': () => true,
  'says 1': () => 1,
  'says a text': (hash) => hash,
  'says an empty object': () => ({}),
  'says a list of keys': (_hash, right) => [right],
  'says rows': (_hash, right) => ({ rows: [right] }),
  'says a promise in an object': (_hash, right) => ({ record: Promise.resolve(right) }),
  'says text in JSON': (_hash, right) => JSON.stringify(right),
  'says bytes': (_hash, right) => new TextEncoder().encode(JSON.stringify(right)),
  'says another key': () => madeUpKey(9),
  'says another key by the id of this one': (_hash, right) => madeUpKey(9, { id: right?.id ?? '' }),
  'says a hash cut short': (hash, right) => ({ ...right, hash: hash.slice(0, 32) }),
  'says a hash in capitals': (hash, right) => ({ ...right, hash: `${hash.slice(0, -1)}F`.toUpperCase() }),
  'says an empty hash': (_hash, right) => ({ ...right, hash: '' }),
  'says no hash': (_hash, right) => ({ ...right, hash: undefined }),
  'says all hashes': (hash, right) => ({ ...right, hash: [hash] }),
  'says the hash as an earlier one that ended': (hash, right) => ({ ...right, hash: '0'.repeat(64), earlier: [{ hash, until: 1 }] }),
  'says the hash as an earlier one without an end': (hash, right) => ({ ...right, hash: '0'.repeat(64), earlier: [{ hash }] }),
  'says the hash as an earlier one whose end is no number': (hash, right) => ({
    ...right,
    hash: '0'.repeat(64),
    earlier: [{ hash, until: NaN }],
  }),
  'says earlier ones that are none': (_hash, right) => ({ ...right, earlier: [null] }),
  'says blocked as a number': (_hash, right) => ({ ...right, blocked: 0 }),
  'says blocked as a text': (_hash, right) => ({ ...right, blocked: 'false' }),
  'says blocked': (_hash, right) => ({ ...right, blocked: true }),
  'says nothing of blocked': (_hash, right) => ({ ...right, blocked: undefined }),
  'says an end that is no number': (_hash, right) => ({ ...right, expiresAt: NaN }),
  'says an end as a text': (_hash, right) => ({ ...right, expiresAt: '2020-01-01' }),
  'says an end as a date': (_hash, right) => ({ ...right, expiresAt: new Date(0) }),
  'says models as a text': (_hash, right) => ({ ...right, models: 'large' }),
  'says models that are none': (_hash, right) => ({ ...right, models: [undefined] }),
  'says routes as nothing': (_hash, right) => ({ ...right, routes: null }),
  'says operations of objects': (_hash, right) => ({ ...right, operations: [{}] }),
  'says aliases to objects': (_hash, right) => ({ ...right, modelAliases: { small: {} } }),
  'says a parent that is none': (_hash, right) => ({ ...right, parent: 'key_gone' }),
  'says limits as text': (_hash, right) => ({ ...right, limits: '{"requestsPerMinute":1}' }),
  'says limits as a list': (_hash, right) => ({ ...right, limits: [] }),
  'says a limit that is no number': (_hash, right) => ({ ...right, limits: { requestsPerMinute: NaN } }),
  'says a limit as text': (_hash, right) => ({ ...right, limits: { requestsPerMinute: '1' } }),
  'says a limit below nothing': (_hash, right) => ({ ...right, limits: { requestsPerMinute: -1 } }),
  'says a limit by the name of another gateway': (_hash, right) => ({ ...right, limits: { rpm_limit: 1 } }),
  'says budgets as an object': (_hash, right) => ({ ...right, limits: { budgets: { limit: 1 } } }),
  'says a budget as a text': (_hash, right) => ({ ...right, limits: { budgets: [{ limit: '1' }] } }),
  'says a budget of an unknown span': (_hash, right) => ({ ...right, limits: { budgets: [{ limit: 1, every: 'day' }] } }),
  'says a budget of an unknown place': (_hash, right) => ({ ...right, limits: { budgets: [{ limit: 1, timezone: 'Moon' }] } }),
  'says limits of models that are none': (_hash, right) => ({ ...right, limits: { perModel: { small: { requestsPerMinute: '1' } } } }),
  'says limits of end users that are none': (_hash, right) => ({ ...right, endUserLimits: { parallel: '1' } }),
};

describe.each(Object.keys(keyStores))('a store of keys that is %s, and talks nonsense,', { timeout: 60_000 }, (kind) => {
  it.each(Object.entries(nonsense))('lets nobody in where it %s', async (_what, find) => {
    const { gateway, key } = await open(kind, find);
    await expectShut(gateway, key);
  });

  it('lets nobody in whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (said) => {
        const { gateway, key } = await open(kind, () => said);
        await expectShut(gateway, key);
      }),
      { numRuns: 25 },
    );
  });

  it('lets nobody in by a record with one field of another kind', async () => {
    const fields = Object.keys(madeUpKey(1)).filter(
      (name) => !['masked', 'metadata', 'createdBy', 'version', 'updatedAt', 'tags', 'id'].includes(name),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fields),
        fc.oneof(fc.double(), fc.boolean(), fc.constant(null), fc.string(), fc.date()),
        async (field, value) => {
          const { gateway, key } = await open(kind, (_hash, right) => ({ ...right, [field]: value }));
          const { status } = await gateway.ask(chat(key));
          const isRight =
            (['expiresAt', 'maxOutputTokens', 'createdAt'].includes(field) && typeof value === 'number' && Number.isFinite(value)) ||
            (['alias', 'owner', 'team', 'parent'].includes(field) && typeof value === 'string') ||
            (['blocked', 'managesKeys'].includes(field) && value === false) ||
            (field === 'managesKeys' && value === true);
          if (!isRight) expect([field, value, status === 200]).toEqual([field, value, false]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is no way in for somebody else’s key, though it was asked at the same time', async () => {
    const { gateway, key } = await open(kind, async (hash, right) => {
      await new Promise((resolve) => setImmediate(resolve));
      return right?.hash === hash ? right : undefined;
    });
    const wrong = `sk-${'A'.repeat(48)}`;
    const answers = await Promise.all([key, wrong, key, await hashKey(key), key].map(async (one) => (await gateway.ask(chat(one))).status));
    expect(answers).toEqual([200, 401, 200, 401, 200]);
  });
});
