import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { memoryLedger } from '@ai-proxy/core';
import type { Ledger, Log, Receipt } from '@ai-proxy/core';
import { madeUpReceipt } from '@ai-proxy/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ledgerSink } from '../../src/index.ts';
import type { LedgerSink, LedgerSinkOptions } from '../../src/index.ts';
import { describeSelf } from '../../src/journal/owner.ts';

const roots: string[] = [];
const sinks: LedgerSink[] = [];
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

async function newRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ai-proxy-journal-'));
  roots.push(root);
  return root;
}

function open(ledger: Ledger, options: LedgerSinkOptions): LedgerSink {
  const sink = ledgerSink(ledger, { log: quiet, ...options });
  sinks.push(sink);
  return sink;
}

afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close(0);
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true });
});

const ifLost = (id: string): Receipt => madeUpReceipt(id, { outcome: 'process_died', estimator: 'a guess', status: undefined });

/** Everything that stands in the journals of a folder. */
async function written(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => name.endsWith('.jsonl')).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.toSorted().map(async (path) => readFile(path, 'utf8')))).join('');
}

const outcomes = async (ledger: Ledger): Promise<Record<string, string>> =>
  Object.fromEntries((await ledger.calls({}, undefined, 1000)).calls.map(({ id, outcome }) => [id, outcome]));

/** A ledger that can go away. */
function fickleLedger(): { ledger: Ledger; go(away: boolean): void; handed: () => number } {
  const memory = memoryLedger();
  let isAway = false;
  let handed = 0;
  const ask = async <Answer>(answer: () => Promise<Answer>): Promise<Answer> => {
    if (isAway) throw new Error('the ledger is away');
    return answer();
  };
  const ledger: Ledger = {
    ...memory,
    record: async (receipts) => {
      handed += 1;
      return ask(async () => memory.record(receipts));
    },
    calls: async (...parameters) => ask(async () => memory.calls(...parameters)),
  };
  return { ledger, go: (away) => (isAway = away), handed: () => handed };
}

/** The journal of a process that is no more: its number is beyond what systems give out. */
async function leaveBehind(
  root: string,
  name: string,
  lines: readonly string[],
  owner: Partial<Awaited<ReturnType<typeof describeSelf>>> = {},
): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ ...(await describeSelf()), pid: 2 ** 30, ...owner }));
  await writeFile(join(folder, '00000001.jsonl'), lines.join(''));
  return folder;
}

const line = (kind: 'opened' | 'settled', receipt: Receipt): string => `${JSON.stringify({ v: 1, [kind]: receipt })}\n`;

describe('before a provider is asked', () => {
  it('touches nothing until the first call', async () => {
    const root = join(await newRoot(), 'not', 'yet');
    open(memoryLedger(), { journal: root });
    await expect(readdir(root)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has the call in a file when the request may go up', async () => {
    const root = await newRoot();
    const sink = open(memoryLedger(), { journal: root });
    await sink.opened(ifLost('a'));
    expect(JSON.parse(await written(root))).toMatchObject({ v: 1, opened: { id: 'a', outcome: 'process_died', caller: { id: 'ada' } } });
  });

  it('keeps of the caller the id alone, whatever an application has put beside it', async () => {
    const root = await newRoot();
    const sink = open(memoryLedger(), { journal: root });
    const loop: Record<string, unknown> = { big: 1n };
    loop['self'] = loop;
    await sink.opened({ ...ifLost('a'), caller: { id: 'ada', session: loop, password: 'hunter2' } });
    expect(await written(root)).not.toContain('hunter2');
  });

  it('refuses a call that it cannot write down, and takes the next one when it can', async () => {
    const root = await newRoot();
    const blocked = join(root, 'blocked');
    await writeFile(blocked, '');
    const sink = open(memoryLedger(), { journal: blocked });
    await expect(sink.opened(ifLost('a'))).rejects.toThrow(/EEXIST|ENOTDIR/);
    await rm(blocked);
    await expect(sink.opened(ifLost('b'))).resolves.toBeUndefined();
  });
});

describe('after the end', () => {
  it('hands every call to the ledger once, and throws the files away', async () => {
    const root = await newRoot();
    const { ledger, handed } = fickleLedger();
    const sink = open(ledger, { journal: root });
    for (let number = 0; number < 20; number += 1) {
      await sink.opened(ifLost(`${number}`));
      sink.settled(madeUpReceipt(`${number}`));
    }
    sink.settled(madeUpReceipt('refused', { outcome: 'refused' }));
    await sink.close(5000);
    expect(Object.values(await outcomes(ledger)).toSorted()).toEqual([...Array.from({ length: 20 }, () => 'ok'), 'refused']);
    expect(handed()).toBe(1);
    expect(await readdir(root)).toEqual([]);
  });

  it('goes on to a new file when one is full, and keeps none that nobody needs', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    const sink = open(ledger, { journal: root, segmentBytes: 4000 });
    await sink.opened(ifLost('slow'));
    for (let number = 0; number < 50; number += 1) {
      await sink.opened(ifLost(`${number}`));
      sink.settled(madeUpReceipt(`${number}`));
    }
    await sink.ready();
    const left = await written(root);
    expect(left.length).toBeLessThan(12_000);
    expect(left).toContain('"id":"slow"');
    sink.settled(madeUpReceipt('slow'));
    await sink.close(5000);
    expect(Object.keys(await outcomes(ledger))).toHaveLength(51);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('while the ledger is away', () => {
  it('keeps everything, in files where it is much, and hands it over when the ledger is back', async () => {
    const root = await newRoot();
    const { ledger, go } = fickleLedger();
    const sink = open(ledger, { journal: root, segmentBytes: 6000, memory: 5 });
    go(true);
    for (let number = 0; number < 100; number += 1) {
      await sink.opened(ifLost(`${number}`));
      sink.settled(madeUpReceipt(`${number}`));
    }
    expect(await sink.ready()).toBe(false);
    go(false);
    expect(await sink.ready()).toBe(true);
    expect(new Set(Object.values(await outcomes(ledger)))).toEqual(new Set(['ok']));
    expect(Object.keys(await outcomes(ledger))).toHaveLength(100);
  });

  it('refuses calls when the journal has grown to its bound, never those under way, and takes them again afterwards', async () => {
    const root = await newRoot();
    const { ledger, go } = fickleLedger();
    const sink = open(ledger, { journal: root, maxBytes: 20_000, segmentBytes: 4000 });
    go(true);
    const taken: string[] = [];
    let refusal: unknown;
    for (let number = 0; refusal === undefined && number < 100; number += 1) {
      try {
        await sink.opened(ifLost(`${number}`));
        taken.push(`${number}`);
      } catch (error) {
        refusal = error;
      }
    }
    expect(String(refusal)).toContain('which is its bound');
    for (const id of taken) sink.settled(madeUpReceipt(id));
    // What was refused costs nothing: it must not fill the disk.
    for (let number = 0; number < 1000; number += 1) sink.settled(madeUpReceipt(`refused ${number}`, { outcome: 'refused' }));
    await sink.ready();
    expect((await written(root)).length).toBeLessThan(60_000);
    go(false);
    expect(await sink.ready()).toBe(true);
    expect(await outcomes(ledger)).toEqual(Object.fromEntries(taken.map((id) => [id, 'ok'])));
    await expect(sink.opened(ifLost('later'))).resolves.toBeUndefined();
  });

  it('sets aside the one call that the ledger refuses, and hands over the others', async () => {
    const root = await newRoot();
    const memory = memoryLedger();
    const error = vi.fn<Log['error']>();
    const picky: Ledger = {
      ...memory,
      async record(receipts) {
        if (receipts.some(({ id }) => id === 'bad')) throw new Error('this is no call');
        return memory.record(receipts);
      },
    };
    const sink = open(picky, { journal: root, log: { ...quiet, error } });
    for (const id of ['a', 'bad', 'b']) sink.settled(madeUpReceipt(id));
    await sink.ready();
    expect(Object.keys(await outcomes(memory)).toSorted()).toEqual(['a', 'b']);
    expect(JSON.parse(await readFile(join(root, 'refused.jsonl'), 'utf8'))).toMatchObject({ settled: { id: 'bad' } });
    expect(error).toHaveBeenCalledOnce();
  });

  it.each([
    ['comes back', 3, 1000],
    ['goes away again', 3, 5],
  ])('sets nothing aside where a ledger %s while it is tried call by call', async (_what, first, last) => {
    const root = await newRoot();
    const memory = memoryLedger();
    const error = vi.fn<Log['error']>();
    let questions = 0;
    let isAway = true;
    const fickle: Ledger = {
      ...memory,
      async record(receipts) {
        questions += 1;
        if (isAway && (questions <= first || questions > last)) throw new Error('cannot execute INSERT in a read-only transaction');
        return memory.record(receipts);
      },
    };
    const sink = open(fickle, { journal: root, log: { ...quiet, error } });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) sink.settled(madeUpReceipt(id));
    await sink.ready();
    isAway = false;
    expect(await sink.ready()).toBe(true);
    expect(Object.keys(await outcomes(memory)).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await readdir(root)).not.toContain('refused.jsonl');
    expect(error).not.toHaveBeenCalled();
  });

  it('sets nothing aside where a ledger says that its disk is full, though it takes what it knows', async () => {
    const root = await newRoot();
    const memory = memoryLedger();
    let isFull = true;
    const full: Ledger = {
      ...memory,
      async record(receipts) {
        const isNew = receipts.length > 1 || receipts.some(({ id }) => id === 'b');
        if (isFull && isNew) throw Object.assign(new Error('could not extend file'), { code: '53100' });
        return memory.record(receipts);
      },
    };
    const sink = open(full, { journal: root });
    for (const id of ['a', 'b']) sink.settled(madeUpReceipt(id));
    expect(await sink.ready()).toBe(false);
    isFull = false;
    expect(await sink.ready()).toBe(true);
    expect(Object.keys(await outcomes(memory)).toSorted()).toEqual(['a', 'b']);
  });

  it('leaves what it could not hand over to the next process', async () => {
    const root = await newRoot();
    const { ledger, go } = fickleLedger();
    const first = open(ledger, { journal: root });
    go(true);
    await first.opened(ifLost('a'));
    first.settled(madeUpReceipt('a'));
    await first.close(50);
    go(false);
    await open(ledger, { journal: root }).ready();
    expect(await outcomes(ledger)).toEqual({ a: 'ok' });
  });
});

describe('the journals of dead processes', () => {
  it('are recorded: what had ended as it ended, what had not as it would stand', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    await leaveBehind(root, 'dead', [line('opened', ifLost('a')), line('opened', ifLost('b')), line('settled', madeUpReceipt('a'))]);
    const sink = open(ledger, { journal: root });
    expect(await sink.ready()).toBe(true);
    expect(await outcomes(ledger)).toEqual({ a: 'ok', b: 'process_died' });
    await sink.close(1000);
    expect(await readdir(root)).toEqual([]);
  });

  it('are recorded though their last line, or one in the middle, is torn', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    const whole = line('settled', madeUpReceipt('b'));
    await leaveBehind(root, 'dead', [line('opened', ifLost('a')), '{"v":1,"opened":{"id":"torn\n', whole, whole.slice(0, 100)]);
    await open(ledger, { journal: root }).ready();
    expect(await outcomes(ledger)).toEqual({ a: 'process_died', b: 'ok' });
  });

  it('are cut at any byte, and nothing that stood in them whole is lost', async () => {
    const text = Buffer.from([line('opened', ifLost('a')), line('settled', madeUpReceipt('a', { endUser: 'zoë 🙂' }))].join(''));
    const first = line('opened', ifLost('a')).length;
    for (let end = 0; end <= text.length; end += 97) {
      const root = await newRoot();
      const ledger = memoryLedger();
      const folder = await leaveBehind(root, 'dead', []);
      await writeFile(join(folder, '00000001.jsonl'), text.subarray(0, end));
      const sink = open(ledger, { journal: root });
      await sink.ready();
      expect(await outcomes(ledger)).toEqual(end < first - 1 ? {} : { a: end < text.length - 1 ? 'process_died' : 'ok' });
      await sink.close(0);
    }
  });

  it('are recorded by one of several survivors, each call once', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    for (let dead = 0; dead < 5; dead += 1) {
      await leaveBehind(root, `dead-${dead}`, [line('opened', ifLost(`${dead} a`)), line('settled', madeUpReceipt(`${dead} b`))]);
    }
    const survivors = [0, 1, 2, 3].map(() => open(ledger, { journal: root }));
    await Promise.all(survivors.map(async (survivor) => survivor.ready()));
    expect(Object.keys(await outcomes(ledger))).toHaveLength(10);
    expect((await ledger.spend({ by: 'key' })).rows[0]?.calls).toBe(10);
  });

  it('go over to the next with all that a survivor had taken himself', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    await leaveBehind(root, 'survivor', [line('settled', madeUpReceipt('a'))]);
    await leaveBehind(join(root, 'survivor'), 'adopted-dead', [line('opened', ifLost('b'))]);
    await open(ledger, { journal: root }).ready();
    expect(await outcomes(ledger)).toEqual({ a: 'ok', b: 'process_died' });
  });

  it('wait while the ledger is away', async () => {
    const root = await newRoot();
    const { ledger, go } = fickleLedger();
    await leaveBehind(root, 'dead', [line('settled', madeUpReceipt('a'))]);
    go(true);
    const sink = open(ledger, { journal: root });
    expect(await sink.ready()).toBe(false);
    await sink.close(50);
    go(false);
    await open(ledger, { journal: root }).ready();
    expect(await outcomes(ledger)).toEqual({ a: 'ok' });
  });

  it('are told to who counts once they stand in the ledger, and kept until he has heard of them', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    await leaveBehind(root, 'dead', [line('opened', ifLost('a')), line('opened', ifLost('b')), line('settled', madeUpReceipt('b'))]);
    const told: Record<string, string>[] = [];
    let isAway = true;
    const onAdopted = async (receipts: readonly Receipt[]): Promise<void> => {
      told.push(Object.fromEntries(receipts.map(({ id, outcome }) => [id, outcome])));
      expect(Object.keys(await outcomes(ledger))).toEqual(expect.arrayContaining(receipts.map(({ id }) => id)));
      if (isAway) throw new Error('the counter is away');
    };
    const sink = open(ledger, { journal: root, onAdopted });
    expect(await sink.ready()).toBe(false);
    isAway = false;
    expect(await sink.ready()).toBe(true);
    expect(told).toEqual([{ b: 'ok' }, { b: 'ok' }, { a: 'process_died' }]);
    await sink.close(1000);
    expect(await readdir(root)).toEqual([]);
  });

  it('stay where a newer version wrote them, and are told of', async () => {
    const root = await newRoot();
    const ledger = memoryLedger();
    const error = vi.fn<Log['error']>();
    await leaveBehind(root, 'dead', [line('settled', madeUpReceipt('a')), '{"v":2,"ended":{"id":"b"}}\n']);
    await open(ledger, { journal: root, log: { ...quiet, error } }).ready();
    expect(await outcomes(ledger)).toEqual({ a: 'ok' });
    expect(await written(root)).toContain('"v":2');
    expect(error.mock.calls[0]?.[1]).toContain('newer version');
  });
});

describe('who is dead', () => {
  it('is not who lives on this machine', async () => {
    const root = await newRoot();
    const first = open(memoryLedger(), { journal: root });
    await first.opened(ifLost('a'));
    const other = memoryLedger();
    await open(other, { journal: root }).ready();
    expect(await outcomes(other)).toEqual({});
  });

  it.each([
    ['a process of this machine that is no more', { pid: 2 ** 30 }, 0, true],
    ['an earlier process with the same number', { startedAt: 1, pid: process.pid }, 0, true],
    ['a process of another machine that was there a moment ago', { host: 'elsewhere' }, 0, false],
    ['a process of another machine that was not seen for longer than the lease', { host: 'elsewhere' }, 120, true],
    ['whoever has said nothing for longer than the lease, though there is a process of his number', { pid: process.ppid }, 120, true],
  ] as const)('is judged: %s', async (_who, owner, secondsAgo, isDead) => {
    const root = await newRoot();
    const ledger = memoryLedger();
    const folder = await leaveBehind(root, 'other', [line('settled', madeUpReceipt('a'))], owner);
    const then = Date.now() / 1000 - secondsAgo;
    await utimes(join(folder, 'owner.json'), then, then);
    await open(ledger, { journal: root }).ready();
    expect(await outcomes(ledger)).toEqual(isDead ? { a: 'ok' } : {});
  });

  it('names its machine, so that containers with one name are two', async () => {
    const { host, pid } = await describeSelf();
    expect(host).toContain(hostname());
    expect(pid).toBe(process.pid);
  });

  it('begins anew where it was taken for dead, and loses nothing of what it knows', async () => {
    const root = await newRoot();
    const { ledger, go } = fickleLedger();
    const sleeper = open(ledger, { journal: root, lease: 300 });
    go(true);
    await sleeper.opened(ifLost('under way'));
    await sleeper.opened(ifLost('ended'));
    sleeper.settled(madeUpReceipt('ended'));
    go(false);
    // As a survivor sees it whose clock has run on while this process was stopped.
    const [name = ''] = await readdir(root);
    await rename(join(root, name), join(root, 'taken'));
    await writeFile(join(root, 'taken', 'owner.json'), JSON.stringify({ ...(await describeSelf()), pid: 2 ** 30 }));
    const survivor = open(ledger, { journal: root });
    await survivor.ready();
    await survivor.close(1000);
    await setTimeout(150);
    expect(await outcomes(ledger)).toMatchObject({ 'under way': 'process_died' });

    await sleeper.opened(ifLost('new'));
    expect(await written(root)).toContain('"id":"under way"');
    sleeper.settled(madeUpReceipt('under way'));
    sleeper.settled(madeUpReceipt('new'));
    await sleeper.ready();
    expect(await outcomes(ledger)).toEqual({ 'under way': 'ok', ended: 'ok', new: 'ok' });
    expect((await ledger.spend({ by: 'key' })).rows[0]?.calls).toBe(3);
  });
});

it('begins anew where somebody has deleted its folder', async () => {
  const root = await newRoot();
  const { ledger, go } = fickleLedger();
  const sink = open(ledger, { journal: root, lease: 300 });
  go(true);
  await sink.opened(ifLost('under way'));
  sink.settled(madeUpReceipt('ended'));
  await rm(root, { recursive: true });
  await setTimeout(150);
  // What ends while the move is written is part of it.
  const opening = sink.opened(ifLost('new'));
  sink.settled(madeUpReceipt('meanwhile'));
  await opening;
  const text = await written(root);
  for (const id of ['under way', 'ended', 'new', 'meanwhile']) expect(text).toContain(`"id":"${id}"`);
  go(false);
  for (const id of ['under way', 'new']) sink.settled(madeUpReceipt(id));
  await sink.close(5000);
  expect(await outcomes(ledger)).toEqual({ 'under way': 'ok', ended: 'ok', new: 'ok', meanwhile: 'ok' });
});

it('leaves files that only their owner can read', async () => {
  const root = await newRoot();
  const sink = open(memoryLedger(), { journal: root });
  await sink.opened(ifLost('a'));
  const [name = ''] = await readdir(root);
  const modes = [join(root, name), join(root, name, '00000001.jsonl')].map(async (path) => (await stat(path)).mode & 0o077);
  expect(await Promise.all(modes)).toEqual([0, 0]);
});
