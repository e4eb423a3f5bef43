import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Counter, Log } from '@ai-proxy/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { budget, gauge, parallel, reservation, sum } from '../windows.ts';

let folder = '';
let file = '';
let told: { fields: unknown; message: unknown }[] = [];
let counters: Counter[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
  file = join(folder, 'inner', 'ai-proxy.db.counters');
  await mkdir(dirname(file));
  told = [];
  counters = [];
});
afterEach(async () => {
  for (const counter of counters) await counter.close();
  await rm(folder, { recursive: true });
});

function open(deadline = 2000): Counter {
  const tell: Log['error'] = (fields, message) => void told.push({ fields, message });
  const log: Log = { info: tell, warn: tell, error: tell, debug: tell };
  const counter = sqlCounter(openSql(`sqlite:${join(dirname(file), 'ai-proxy.db')}`), { name: 'the counter', deadline, log });
  counters.push(counter);
  return counter;
}

const usedBy = async (counter: Counter): Promise<readonly (number | undefined)[]> =>
  (await counter.read('tenant', [budget, parallel])).map((reading) => reading?.used);

const nonsense = 'this is no database, and long enough to be looked at: '.repeat(500);

describe('the file of a counter', () => {
  it('stands beside the database, is made at the first call and not before, and outlives whoever counts', async () => {
    const counter = open();
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await counter.open('tenant', [{ key: 'budget', spent: 7 }]);
    await counter.reserve(reservation('a', [sum(3), gauge()]));
    await counter.close();
    expect((await stat(file)).size).toBeGreaterThan(0);
    await expect(stat(join(dirname(file), 'ai-proxy.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await usedBy(open())).toEqual([10, 1]);
  });

  it('may be another by its option', async () => {
    file = join(folder, 'elsewhere');
    const counter = sqlCounter(openSql(`sqlite:${join(folder, 'ai-proxy.db')}`), { file });
    counters.push(counter);
    await counter.open('tenant', [{ key: 'budget', spent: 7 }]);
    expect((await stat(file)).size).toBeGreaterThan(0);
  });

  it('may be deleted while it is counted in: everybody goes on in one new file, in which the sums are missing', async () => {
    const [one, two] = [open(), open()];
    await one.open('tenant', [{ key: 'budget', spent: 7 }]);
    expect(await usedBy(two)).toEqual([7, 0]);
    for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`);
    expect(await two.reserve(reservation('a', [sum(3)]))).toEqual({ kind: 'missing', keys: ['budget'] });
    await two.open('tenant', [{ key: 'budget', spent: 20 }]);
    expect(await one.reserve(reservation('a', [sum(3), gauge()]))).toMatchObject({
      kind: 'reserved',
      readings: [{ used: 23 }, { used: 1 }],
    });
    expect(await usedBy(two)).toEqual([23, 1]);
    // The one who leaves the deleted file takes nothing of the new one with him.
    await one.close();
    expect(await usedBy(open())).toEqual([23, 1]);
  });

  it.each(['-wal', '-shm', ''])('may be deleted in part (%s), too', async (end) => {
    const [one, two] = [open(), open()];
    await one.open('tenant', [{ key: 'budget', spent: 7 }]);
    expect(await usedBy(two)).toEqual([7, 0]);
    await rm(`${file}${end}`);
    for (const counter of [one, two, one]) {
      const answer = await counter.reserve(reservation('a', [sum(3)]));
      if (answer.kind === 'missing') await counter.open('tenant', [{ key: 'budget', spent: 20 }]);
    }
    const [left, right] = [await usedBy(one), await usedBy(two)];
    expect(left).toEqual(right);
  });

  it('is set aside where it is damaged, and begun anew; the log says so', async () => {
    const [one, two] = [open(), open()];
    await one.open('tenant', [{ key: 'budget', spent: 7 }]);
    expect(await usedBy(two)).toEqual([7, 0]);
    for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`);
    await writeFile(file, nonsense);
    expect(await one.reserve(reservation('a', [sum(3)]))).toEqual({ kind: 'missing', keys: ['budget'] });
    await one.open('tenant', [{ key: 'budget', spent: 20 }]);
    expect(await usedBy(two)).toEqual([20, 0]);
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe(nonsense);
    expect(told).toEqual([
      {
        fields: { store: 'the counter', file: `${file}.damaged`, error: 'file is not a database' },
        message: 'the file of the counters was damaged: it was set aside, and another begun; what was spent is read from the ledger',
      },
    ]);
  });

  it('is set aside where its tables are damaged under whoever counts', async () => {
    const counter = open();
    await counter.open('tenant', [{ key: 'budget', spent: 7 }]);
    await counter.close();
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0xff, 4096));
    const answer = await counter.reserve(reservation('a', [sum(3)]));
    expect(answer).toEqual({ kind: 'missing', keys: ['budget'] });
    expect(told).toHaveLength(1);
  });

  it('is not touched where it is a database of something else', async () => {
    const other = new DatabaseSync(file);
    other.exec('create table theirs (one); insert into theirs values (1)');
    const counter = open();
    await expect(counter.reserve(reservation('a', [gauge()]))).rejects.toThrow(
      /^the counter: the file .*counters failed: .*something else/,
    );
    expect(other.prepare('select one from theirs').all()).toEqual([{ one: 1 }]);
    other.close();
    await rm(file);
    expect(await counter.reserve(reservation('a', [gauge()]))).toMatchObject({ kind: 'reserved' });
  });

  it('is opened once its folder is there', async () => {
    await rm(dirname(file), { recursive: true });
    const counter = open();
    await expect(counter.reserve(reservation('a', [gauge()]))).rejects.toMatchObject({
      name: 'SqlError',
      code: 'FAILED',
      message: expect.stringMatching(/^the counter: the file .*unable to open database file.*folder/) as string,
    });
    await mkdir(dirname(file));
    expect(await counter.reserve(reservation('a', [gauge()]))).toMatchObject({ kind: 'reserved' });
  });

  it('is begun anew after a start of the machine: what was not on its disk may be lost', async () => {
    const counter = open();
    await counter.open('tenant', [{ key: 'budget', spent: 7 }]);
    await counter.close();
    const database = new DatabaseSync(file);
    database.exec(`update clock set boot = 'another'`);
    database.close();
    const answer = await counter.reserve(reservation('a', [sum(3)]));
    const canTell = await readFile('/proc/sys/kernel/random/boot_id').then(
      () => true,
      () => false,
    );
    expect(answer.kind).toBe(canTell ? 'missing' : 'reserved');
  });
});
