import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Counter } from '@ai-proxy/core';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { gauge, parallel, reservation } from '../windows.ts';

let folder = '';
let counter: Counter;
let other: DatabaseSync;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
  counter = sqlCounter(openSql(`sqlite:${join(folder, 'ai-proxy.db')}`), { name: 'the counter', deadline: 200 });
  await counter.read('tenant', []);
  other = new DatabaseSync(join(folder, 'ai-proxy.db.counters'));
});
afterEach(async () => {
  await counter.close();
  other.close();
  await rm(folder, { recursive: true });
});

describe('a file that another process has locked', () => {
  it('leaves the event loop to others, and is given up by the deadline', async () => {
    other.exec('begin immediate');
    let ticks = 0;
    const clock = setInterval(() => (ticks += 1), 1);
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, index) => counter.reserve(reservation(`${index}`, [gauge()]))),
    );
    clearInterval(clock);
    // A wait inside of SQLite would have let none through.
    expect(ticks).toBeGreaterThan(10);
    expect(answers.map((answer) => answer.status === 'rejected' && String(answer.reason))).toEqual(
      answers.map(() => `SqlError: the counter: the file ${join(folder, 'ai-proxy.db.counters')} was locked for 200 ms by another process`),
    );
    other.exec('rollback');
    expect(await counter.read('tenant', [parallel])).toMatchObject([{ used: 0 }]);
  });

  it('is counted in by all who wait once the lock is there, and by each once', async () => {
    other.exec('begin immediate');
    const waiting = Promise.all(Array.from({ length: 250 }, async (_, index) => counter.reserve(reservation(`${index}`, [gauge(200)]))));
    await setTimeout(30);
    other.exec('rollback');
    const kinds = (await waiting).map(({ kind }) => kind);
    expect(kinds).toEqual([...Array.from({ length: 200 }, () => 'reserved'), ...Array.from({ length: 50 }, () => 'refused')]);
  });

  it('does not outlive the process that died with it', async () => {
    other.exec('begin immediate');
    const answer = counter.reserve(reservation('a', [gauge()]));
    other.close();
    expect(await answer).toMatchObject({ kind: 'reserved' });
    other.open();
  });
});
