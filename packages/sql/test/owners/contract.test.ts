import type { ObjectOwners } from '../../../auth/src/owners/object-owners.ts';
import { ownersContract } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { SqlDatabase } from '../../src/index.ts';
import { openSql, sqlOwners } from '../../src/index.ts';
import { openDatabases } from '../keys/open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

const opened = new Map<string, Promise<SqlDatabase>>();

/** One database serves all checks: making the tables takes longer than most of them. What is opened is what keys() takes. */
async function open(kind: 'sqlite' | 'postgres'): Promise<ObjectOwners> {
  const opening = opened.get(kind) ?? databases.open(kind);
  opened.set(kind, opening);
  const database = await opening;
  await (await database.connect()).deleteFrom('ai_proxy_objects').execute();
  return sqlOwners(database);
}

describe.each(databases.kinds)('owners in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing).each(ownersContract({ open: async () => open(kind) }).map(({ name, run }) => [name, run] as const))(
    '%s',
    { timeout: 30_000 },
    async (_check, run) => {
      await expect(run()).resolves.toBeUndefined();
    },
  );

  it.skipIf(isMissing)('are there for the next process', async () => {
    const database = await databases.open(kind);
    const object = { provider: 'mistral', kind: 'file', id: 'f_1', owner: 'anna' };
    const before = sqlOwners(database);
    await before.record([object]);
    await before.close();
    const after = sqlOwners(openSql(database.url));
    expect(await after.find([object])).toEqual(['anna']);
    await after.close();
    await expect(after.find([object])).rejects.toThrow('The store "owners" failed: it was closed');
  });

  it.skipIf(isMissing)('find nothing under a name that no database can keep, and take none', async () => {
    const store = sqlOwners(await databases.open(kind));
    const object = { provider: 'mistral', kind: 'file', id: 'f\0', owner: 'anna' };
    expect(await store.find([object, { ...object, id: '\ud800' }])).toEqual([undefined, undefined]);
    await store.forget([object]);
    await expect(store.record([object])).rejects.toThrow('cannot be noted');
    await expect(store.list('anna', 'nonsense')).rejects.toThrow('This cursor is none that the store has given.');
    await store.close();
  });
});

describe('owners in a database', () => {
  it('reject by their deadline where a server is not there, and name no password', async () => {
    const store = sqlOwners(openSql('postgres://user:secret-word@127.0.0.1:1/none'), { timeout: 500 });
    const failure: unknown = await store.find([{ provider: 'mistral', kind: 'file', id: 'x' }]).catch((error: unknown) => error);
    expect(String(failure)).toContain('The store "owners" failed');
    expect(String(failure)).not.toContain('secret-word');
    await store.close();
  });

  it.each([
    ['timeout', { timeout: 0 }],
    ['connections', { connections: 0 }],
  ] as const)('take no %s that is none', (name, options) => {
    expect(() => sqlOwners(openSql('sqlite:none.db'), options)).toThrow(`"${name}" of a store of owners`);
  });
});
