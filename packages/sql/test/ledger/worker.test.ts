import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProxyError } from '@ai-proxy/core';
import { madeUpReceipt } from '@ai-proxy/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-worker-'));
  folders.push(folder);
  return folder;
}

describe('the thread of a ledger in SQLite', () => {
  it('says what is wrong with a file that is no database, and works when it is gone', async () => {
    const path = join(await newFolder(), 'ledger.db');
    await writeFile(path, 'this is no database, and long enough to be looked at: '.repeat(100));
    const ledger = sqlLedger(openSql(`sqlite:${path}`));
    await expect(ledger.record([madeUpReceipt('a')])).rejects.toThrow(/not a database/);
    await rm(path);
    await ledger.record([madeUpReceipt('a')]);
    expect((await ledger.call('a'))?.id).toBe('a');
    await ledger.close();
  });

  it('ends with close, after what it was asked for, and starts again when it is asked again', async () => {
    const ledger = sqlLedger(openSql(`sqlite:${join(await newFolder(), 'ledger.db')}`));
    const recording = ledger.record([madeUpReceipt('a')]);
    await ledger.close();
    await expect(recording).resolves.toBeUndefined();
    expect((await ledger.call('a'))?.id).toBe('a');
    await ledger.close();
  });

  it('hands over the errors of callers as what they are', async () => {
    const ledger = sqlLedger(openSql(`sqlite:${join(await newFolder(), 'ledger.db')}`));
    await expect(ledger.calls({}, 'nonsense')).rejects.toBeInstanceOf(ProxyError);
    await ledger.close();
  });

  it('leaves the event loop to others: a timer is not held up by ten thousand calls', async () => {
    const ledger = sqlLedger(openSql(`sqlite:${join(await newFolder(), 'ledger.db')}`));
    await ledger.record([madeUpReceipt('first')]);
    let ticks = 0;
    const clock = setInterval(() => (ticks += 1), 1);
    const receipts = Array.from({ length: 5000 }, (_, index) => madeUpReceipt(`${index}`));
    await ledger.record(receipts);
    clearInterval(clock);
    // A synchronous insert of as many would have let none through.
    expect(ticks).toBeGreaterThan(2);
    await ledger.close();
  });
});

describe('retention', () => {
  it('prunes what is older, from the first call on', async () => {
    const database = openSql(`sqlite:${join(await newFolder(), 'ledger.db')}`);
    const plain = sqlLedger(database);
    const now = Date.now();
    const dayMs = 86_400_000;
    await plain.record([0, 10, 40, 900].map((days) => madeUpReceipt(`${days} days`, { startedAt: now - days * dayMs })));
    const ledger = sqlLedger(database, { retention: { calls: 30, sums: 500 } });
    await ledger.record([madeUpReceipt('new', { startedAt: now })]);
    await expect.poll(async () => (await plain.spend({ by: 'key' })).rows[0]?.calls, { timeout: 15_000 }).toBe(4);
    expect((await plain.calls()).calls.map(({ id }) => id).toSorted()).toEqual(['0 days', '10 days', 'new']);
    await ledger.close();
    await plain.close();
  });
});
