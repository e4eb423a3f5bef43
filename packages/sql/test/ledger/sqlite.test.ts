import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerContract } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql, sqlLedger } from '../../src/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-ledger-'));
afterAll(async () => rm(folder, { recursive: true }));
let files = 0;

describe('a ledger in SQLite', () => {
  const open = (): ReturnType<typeof sqlLedger> => sqlLedger(openSql(`sqlite:${join(folder, `${(files += 1)}.db`)}`));
  it.each(ledgerContract({ open }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
