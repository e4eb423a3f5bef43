import { setTimeout } from 'node:timers/promises';
import { readBooks } from './books.ts';
import type { Books } from './books.ts';
import type { Got } from './call.ts';
import { startGateway } from './gateway.ts';
import type { Stores } from './gateway.ts';
import { prepareUses, useNames } from './uses.ts';
import type { UseName } from './uses.ts';

/** How often each answer came. */
export type Counts = Readonly<Record<string, number>>;

export interface UseReport {
  readonly before: Counts;
  /** Once the failure was there to be noticed. */
  readonly during: Counts;
  /** From the moment when the server took connections, for the interval in which it is left alone. */
  readonly back: Counts;
  /** The first call after that, and all that came then. */
  readonly first: string;
  readonly after: Counts;
  /** What the last call got. */
  readonly last: string;
  readonly slowest: number;
}

export interface FaultReport {
  readonly uses: Readonly<Record<UseName, UseReport>>;
  /** Streams under a budget: one that ended meanwhile, and one that went on through everything. */
  readonly streams: Counts;
  readonly books: Books;
}

export interface FaultRun {
  readonly open: () => Promise<Stores>;
  /** One after the other on the same gateway. */
  readonly faults: readonly { begin(): Promise<unknown>; end(): Promise<unknown> }[];
  /** Milliseconds of each failure. */
  readonly lasts: number;
  /** Milliseconds between two calls of one use. */
  readonly every: number;
}

/** As `keys()` has it by default. */
const probeAfter = 1000;
/** So long a failure may go unnoticed: three questions in vain, and what a process remembers of keys. */
export const unnoticed = 600;

/** Nobody waits longer than this for a gateway to work again. */
const mostRecovery = 20_000;

/** What a use gets when all is well. */
export const successOf = (name: UseName): string => (name === 'unknown key' ? '401' : '200');

type Phase = 'before' | 'noticing' | 'during' | 'back' | 'after';

interface Noted extends Got {
  readonly name: UseName;
  readonly phase: Phase;
}

/** A steady load of all uses on a gateway, while one of its servers fails and comes back. What the books say is the same for all failures of a run. */
export async function runFaults({ open, faults, lasts, every }: FaultRun): Promise<readonly FaultReport[]> {
  const gateway = await startGateway(await open());
  const cycle = unnoticed + lasts + probeAfter + 5000;
  const uses = await prepareUses(gateway, Math.ceil((faults.length * cycle) / every));
  let noted: Noted[] = [];
  let phase: Phase = 'before';
  let isOver = false;

  const make = async (name: UseName): Promise<Got> => {
    const notes = noted;
    const begunIn = phase;
    const got = await uses.make[name]();
    // Whoever asked while nothing worked may have been answered when it did again.
    notes.push({ ...got, name, phase: begunIn === 'during' ? phase : begunIn });
    return got;
  };
  const underWay = new Set<Promise<unknown>>();
  // Nobody waits for an answer before the next one asks: who hangs is joined by others.
  const load = async (name: UseName): Promise<void> => {
    while (!isOver) {
      const making: Promise<unknown> = make(name).finally(() => underWay.delete(making));
      underWay.add(making);
      await setTimeout(every);
    }
  };
  const isBack = (): boolean => useNames.every((name) => noted.findLast((one) => one.name === name)?.what === successOf(name));

  // What is made at the first use is there before anybody looks.
  for (const name of useNames) while ((await uses.make[name]()).what !== successOf(name)) await setTimeout(50);
  const loads = useNames.map(load);
  const told: {
    readonly notes: readonly Noted[];
    readonly firsts: ReadonlyMap<UseName, string>;
    readonly streams: readonly Promise<Got>[];
  }[] = [];
  for (const fault of faults) {
    noted = [];
    phase = 'before';
    await setTimeout(400);
    // One ends while nothing works, the other when all does.
    const seconds = (unnoticed + lasts + probeAfter) / 1000;
    const streams = [await uses.stream(Math.ceil(lasts / 1000)), await uses.stream(Math.ceil(seconds * 4))].map(async ({ ended }) => ended);
    phase = 'noticing';
    await fault.begin();
    await setTimeout(unnoticed);
    phase = 'during';
    await setTimeout(lasts);
    phase = 'back';
    await fault.end();
    await setTimeout(probeAfter);
    phase = 'after';
    const firsts = await Promise.all(useNames.map(async (name) => [name, (await make(name)).what] as const));
    await setTimeout(500);
    // On a machine that has other things to do it may take longer; it is told which came first all the same.
    const until = performance.now() + mostRecovery;
    while (!isBack() && performance.now() < until) await setTimeout(50);
    told.push({ notes: noted, firsts: new Map(firsts), streams });
  }
  isOver = true;
  await Promise.all([...loads, ...underWay]);
  const ended = await Promise.all(told.map(async ({ streams }) => countsOf(await Promise.all(streams))));
  const books = await readBooks(gateway, uses.budgeted);
  await gateway.close();

  return told.map(({ notes, firsts }, index) => {
    const reports = useNames.map((name) => [name, reportOf(notes, name, firsts.get(name) ?? '')] as const);
    return { uses: Object.fromEntries(reports) as FaultReport['uses'], streams: ended[index] ?? {}, books };
  });
}

function reportOf(notes: readonly Noted[], use: UseName, first: string): UseReport {
  const all = notes.filter(({ name }) => name === use);
  const of = (asked: Phase): Counts => countsOf(all.filter(({ phase }) => phase === asked));
  const slowest = Math.max(...all.map(({ milliseconds }) => milliseconds));
  return { before: of('before'), during: of('during'), back: of('back'), first, after: of('after'), last: all.at(-1)?.what ?? '', slowest };
}

function countsOf(all: readonly Got[]): Counts {
  const counts: Record<string, number> = {};
  for (const { what } of all) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}
