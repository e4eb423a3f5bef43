import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Counter } from '@ai-proxy/core';
import { counterContract } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
const database = openSql(`sqlite:${join(folder, 'ai-proxy.db')}`);
afterAll(async () => rm(folder, { recursive: true }));

// Checks that wait do it side by side.
describe.concurrent('the counter in SQLite', () => {
  const open = (): Counter => sqlCounter(database);
  const pass = async (milliseconds: number): Promise<void> => setTimeout(milliseconds);
  it.each(counterContract({ open, pass }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
