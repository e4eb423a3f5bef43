import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeUpReceipt, startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-open-'));
const server = await startPostgres();
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

describe('the URL of a database', () => {
  it.each([
    '',
    'ai-proxy.db',
    'mysql://root:hunter2@localhost/x',
    'postgres:hunter2',
    'sqlite:',
    'sqlite::memory:',
    'sqlite:file:x?mode=memory',
    'SQLITE:x',
  ])('is refused at once, and not repeated, where it is none: "%s"', (url) => {
    expect(() => openSql(url)).toThrow(TypeError);
    expect(() => openSql(url)).not.toThrow(/hunter2/);
  });

  it('opens nothing by itself', async () => {
    const path = join(folder, 'untouched.db');
    const database = openSql(`sqlite:${path}`);
    const ledger = sqlLedger(database);
    await ledger.close();
    await database.close();
    await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.each([
  ['SQLite', async () => `sqlite:${join(folder, 'together.db')}`, false],
  ['PostgreSQL', async () => (await server?.createDatabase()) ?? '', server === undefined],
] as const)('processes that start together on %s', (_name, place, isMissing) => {
  it.skipIf(isMissing)('make the tables once, and all of them record', { timeout: 60_000 }, async () => {
    const url = await place();
    const children = Array.from({ length: 6 }, (_, index) =>
      fork(new URL('../fixtures/record-once.ts', import.meta.url), [url, `${index}`], { execArgv: ['--conditions=ai-proxy-source'] }),
    );
    const codes = await Promise.all(children.map(async (child): Promise<unknown> => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    const database = openSql(url);
    const ledger = sqlLedger(database);
    expect((await ledger.spend({ by: 'key' })).rows[0]?.calls).toBe(6 * 40);
    await ledger.close();
    await database.close();
  });
});

describe.skipIf(server === undefined)('a PostgreSQL that is away', () => {
  it('is asked again with the next call', { timeout: 60_000 }, async () => {
    const database = openSql(await server?.createDatabase());
    const ledger = sqlLedger(database);
    await server?.stop();
    await expect(ledger.record([madeUpReceipt('a')])).rejects.toThrow(/ECONNREFUSED/);
    await server?.start();
    await ledger.record([madeUpReceipt('a')]);
    await server?.stop();
    await expect(ledger.record([madeUpReceipt('b')])).rejects.toThrow(/./);
    await server?.start();
    await ledger.record([madeUpReceipt('a'), madeUpReceipt('b')]);
    expect((await ledger.spend({ by: 'key' })).rows[0]?.calls).toBe(2);
    await database.close();
  });
});
