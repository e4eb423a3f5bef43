import { createKey, hashKey, maskKey } from '@ai-proxy/auth';
import type { KeyRecord } from '@ai-proxy/core';
import { madeUpKey } from '@ai-proxy/testing';
import { toKeyValues } from '../../packages/sql/src/keys/rows/key-rows.ts';
import { keyColumns } from '../../packages/sql/src/keys/statements.ts';
import { openPlainSql } from '../ledger/plain-sql.ts';
import type { PlainSql } from '../ledger/plain-sql.ts';

/** Rows of one statement. */
const step = 1000;
/** Keys whose text is remembered, spread over all of them: the others are only there. */
const mostKnown = 100_000;

/** A key as a team gives it; every tenth was rotated once. None has limits: what counters cost is another question. */
async function makeRecord(number: number, hash: string): Promise<KeyRecord> {
  const rotated = number % 10 === 0 ? [{ hash: await hashKey(`earlier ${number}`), until: Number.MAX_SAFE_INTEGER }] : [];
  return madeUpKey(number, {
    id: `key_0199${number.toString(16).padStart(28, '0')}`,
    hash,
    earlier: rotated,
    masked: 'sk-...w3Zk',
    alias: `service-${number}`,
    owner: `owner-${number % 5000}`,
    team: `team-${number % 100}`,
    models: ['fast', 'mistral/*'],
    tags: ['made up'],
    metadata: { service: `service-${number}`, contact: 'team@example.com' },
  });
}

/** Fills the tables of keys, and answers the texts of some of the keys that are there now. */
export async function fillKeys(url: string, count: number, onProgress: (done: number) => void): Promise<readonly string[]> {
  const database = await openPlainSql(url);
  const known: string[] = [];
  const hashes: (readonly [Uint8Array, number])[] = [];
  await database.run('begin');
  for (let start = 0; start < count; start += step) {
    const rows: unknown[] = [];
    const end = Math.min(start + step, count);
    for (let number = start + 1; number <= end; number += 1) {
      const key = createKey();
      if (known.length < (mostKnown * number) / count) known.push(key);
      const record = { ...(await makeRecord(number, await hashKey(key))), masked: maskKey(key) };
      rows.push(number, ...toKeyValues(1, record));
      for (const hash of [record.hash, ...record.earlier.map((one) => one.hash)]) hashes.push([Buffer.from(hash, 'hex'), number]);
    }
    await insert(database, 'ai_proxy_keys', keyColumns, rows);
    onProgress(end);
  }
  // In their order, in which a tree grows fastest.
  hashes.sort(([one], [other]) => Buffer.compare(one, other));
  for (let start = 0; start < hashes.length; start += step) {
    await insert(database, 'ai_proxy_key_hashes', ['hash', 'key_number'], hashes.slice(start, start + step).flat());
  }
  await database.run('commit');
  await database.run(database.kind === 'sqlite' ? 'pragma wal_checkpoint(truncate)' : 'vacuum analyze');
  await database.close();
  return known;
}

async function insert({ kind, all }: PlainSql, table: string, columns: readonly string[], values: readonly unknown[]): Promise<void> {
  const place = (index: number): string => (kind === 'sqlite' ? '?' : `$${index + 1}`);
  const rows = Array.from(
    { length: values.length / columns.length },
    (_, row) => `(${columns.map((_name, column) => place(row * columns.length + column)).join(', ')})`,
  );
  await all(`insert into ${table} (${columns.join(', ')}) values ${rows.join(', ')}`, values);
}
