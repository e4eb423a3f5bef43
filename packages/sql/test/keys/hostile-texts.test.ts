import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlKeyStore } from '../../src/index.ts';
import { openDatabases } from './open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

const corpus = join(process.env['CORPORA'] ?? '', 'naughty-strings/strings.json');
const naughty = process.env['CORPORA'] && existsSync(corpus) ? (JSON.parse(readFileSync(corpus, 'utf8')) as readonly string[]) : [];

const hostile = [
  "'; drop table ai_proxy_keys; --",
  '"; drop table ai_proxy_keys; --',
  "' or '1'='1",
  "') or 1=1 --",
  "\\'; select pg_sleep(10); --",
  '$1',
  '?1',
  ':name',
  '{"$gt":""}',
  "'); listen ai_proxy_keys; --",
  '%',
  '_',
  '\\',
  'E\\x00',
  '\u2028',
  '🔑\u{10FFFF}',
  'ß'.repeat(256),
  'constructor',
  '__proto__',
];
// Key administration lets even less through.
const texts = [...new Set([...hostile, ...naughty])].filter(
  (text) => text !== '' && text.length <= 256 && text.isWellFormed() && !text.includes('\0'),
);

describe.each(databases.kinds)('hostile texts in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing)('are kept word for word in every field, and find nothing but themselves', { timeout: 180_000 }, async () => {
    const store = sqlKeyStore(await databases.open(kind), { timeout: 10_000 });
    for (const [number, text] of texts.entries()) {
      const record = madeUpKey(number, {
        id: `${text} ${number}`,
        alias: text,
        owner: text,
        team: text,
        parent: text,
        masked: text,
        createdBy: text,
        models: [text],
        modelAliases: Object.fromEntries([[text, text]]),
        operations: [text],
        routes: [text],
        tags: [text],
        metadata: Object.fromEntries([[text, text]]),
        limits: { budgets: [{ limit: 1, every: text, timezone: text }], perModel: Object.fromEntries([[text, { parallel: 1 }]]) },
      });
      const change = madeUpChange(number, record.id, {
        id: `${text} ${number}`,
        by: text,
        before: { text },
        after: Object.fromEntries([[text, 1]]),
      });
      await store.put(record, change);
      expect(await store.find(record.id)).toEqual(record);
      expect((await store.findByAlias(text))?.id).toBe(record.id);
      expect(await store.update({ ...record, blocked: true }, { ...change, id: `${change.id} then` })).toBe(2);
      for (const filter of [{ owner: text }, { team: text }, { parent: text }, { alias: text }]) {
        expect((await store.list(filter)).keys.map(({ id }) => id)).toEqual([record.id]);
      }
      expect((await store.audit({ by: text })).changes).toEqual(
        [{ ...change, id: `${change.id} then` }, change].toSorted((a, b) => Buffer.compare(Buffer.from(b.id), Buffer.from(a.id))),
      );
      expect(await store.findByHash(text)).toBeUndefined();
      expect((await store.changes(text)).all).toBe(true);
    }
    const { next } = await store.list({}, undefined, 5);
    expect((await store.list({}, next, 1000)).keys).toHaveLength(Math.min(texts.length - 5, 1000));
    await store.close();
  });

  it.skipIf(isMissing)('that a database cannot keep as they are are refused, and found nowhere', async () => {
    const store = sqlKeyStore(await databases.open(kind));
    for (const [number, text] of ['a\0b', '\ud800', 'x\udc00'].entries()) {
      const refused = store.put(madeUpKey(1, { alias: text }), madeUpChange(1, 'key_0001'));
      await expect(refused).rejects.toThrow('The store "keys" failed: the alias of a key cannot be kept');
      await expect(store.put(madeUpKey(1), madeUpChange(1, 'key_0001', { by: text }))).rejects.toThrow('cannot be kept');
      const found = [await store.find(text), await store.findByAlias(text), await store.delete(text, madeUpChange(2, text))];
      expect(found).toEqual([undefined, undefined, false]);
      expect([(await store.list({ owner: text })).keys, (await store.audit({ by: text })).changes]).toEqual([[], []]);
      // In JSON they are written in other characters.
      const inDetails = madeUpKey(number + 10, { metadata: { text }, tags: [text] });
      await store.put(inDetails, madeUpChange(number + 10, inDetails.id));
      expect(await store.find(inDetails.id)).toEqual(inDetails);
    }
    expect((await store.list()).keys).toHaveLength(3);
    expect((await store.list({}, '%00')).keys).toEqual([]);
    await store.close();
  });
});
