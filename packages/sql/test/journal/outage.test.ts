import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@ai-proxy/core';
import { madeUpReceipt, startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ledgerSink, openSql, sqlLedger } from '../../src/index.ts';

const root = await mkdtemp(join(tmpdir(), 'ai-proxy-outage-'));
const server = await startPostgres();
afterAll(async () => {
  await server?.close();
  await rm(root, { recursive: true });
});

describe.skipIf(server === undefined)('a PostgreSQL that goes away and comes back', () => {
  it('loses no call and doubles none; the log says when it began and when it was over', { timeout: 60_000 }, async () => {
    const log = { debug: vi.fn<Log['debug']>(), info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() };
    const database = openSql(await server?.createDatabase());
    const ledger = sqlLedger(database);
    const sink = ledgerSink(ledger, { journal: root, segmentBytes: 10_000, memory: 20, log });
    const call = async (id: string): Promise<void> => {
      await sink.opened(madeUpReceipt(id, { outcome: 'process_died' }));
      sink.settled(madeUpReceipt(id));
    };
    for (let number = 0; number < 50; number += 1) await call(`before ${number}`);
    expect(await sink.ready()).toBe(true);
    await server?.stop();
    for (let number = 0; number < 200; number += 1) await call(`while ${number}`);
    expect(await sink.ready()).toBe(false);
    expect(await sink.ready()).toBe(false);
    await server?.start();
    for (let number = 0; number < 50; number += 1) await call(`after ${number}`);
    expect(await sink.ready()).toBe(true);
    const [row] = (await ledger.spend({ by: 'key' })).rows;
    expect([row?.calls, row?.okCalls, row?.micros]).toEqual([300, 300, 300 * 1234]);
    expect(log.warn).toHaveBeenCalledOnce();
    expect(log.info).toHaveBeenCalledOnce();
    await sink.close(5000);
    await database.close();
    expect(await readdir(root)).toEqual([]);
  });
});
