import type { Counter, CounterWindow, Reservation } from '@ai-proxy/core';
import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import { counterOracle } from './counter-oracle.ts';
import { verdict } from './counter-under-test.ts';

/** A counter on a clock that only the test moves. */
export interface CounterOnTestClock {
  readonly counter: Counter;
  readonly now: () => number;
  readonly pass: (milliseconds: number) => void | Promise<void>;
}

const ttl = 3000;
const windowsOf: readonly ((amount: number) => CounterWindow)[] = [
  (amount) => ({ kind: 'sum', key: 'key budget', amount, limit: 100 }),
  (amount) => ({ kind: 'sum', key: 'team budget', amount, limit: 140 }),
  (amount) => ({ kind: 'rate', key: 'tokens', amount, limit: 60, period: 6000 }),
  () => ({ kind: 'rate', key: 'requests', amount: 1, limit: 6, period: 3000 }),
  () => ({ kind: 'gauge', key: 'parallel', amount: 1, limit: 3 }),
];

/**
 * Carries out a story of calls on a counter and on an oracle, and demands that both say the same after each step. Any list of whole numbers is a story, so that
 * any generator will do: `fc.asyncProperty(fc.array(fc.nat()), (story) => checkAgainstOracle(await open(), story))`. In a story calls begin, renew,
 * settle and release, twice and late too; their process dies, so that nobody ever settles them; windows are opened; time passes.
 */
export async function checkAgainstOracle({ counter, now, pass }: CounterOnTestClock, story: readonly number[]): Promise<void> {
  const oracle = counterOracle();
  const root = `story ${crypto.randomUUID()}`;
  const calls: Reservation[] = [];
  const take = numbersFrom(story);

  for (let step = 0; !take.isEmpty(); step += 1) {
    const what = `step ${step}`;
    const known = calls.length === 0 ? undefined : calls[take.next(calls.length)];
    switch (take.next(8)) {
      case 0:
      case 1:
      case 2: {
        const wanted: Reservation = { id: `call ${calls.length}`, root, ttl, windows: someWindows(take) };
        calls.push(wanted);
        demandEqual(
          verdict(await counter.reserve(wanted)).replace(/^missing.*/, 'missing'),
          oracle.reserve(wanted, now()),
          `${what}: the reservation`,
        );
        break;
      }
      case 3: {
        const again = known ?? { id: 'nobody', root, ttl, windows: [] };
        demandEqual(verdict(await counter.reserve(again)), oracle.reserve(again, now()), `${what}: the same again`);
        break;
      }
      case 4:
        if (known) demandEqual(await counter.renew(known), oracle.renew(known, now()), `${what}: the renewal`);
        break;
      case 5: {
        if (!known) break;
        const truth = Object.fromEntries(known.windows.map(({ key }) => [key, take.next(60)]));
        await counter.settle(known, truth);
        oracle.settle(known, truth, now());
        break;
      }
      case 6: {
        if (!known) break;
        await counter.release(known);
        oracle.settle(known, Object.fromEntries(known.windows.map(({ key }) => [key, 0])), now());
        break;
      }
      default: {
        const key = take.next(2) === 0 ? 'key budget' : 'team budget';
        if (take.next(3) === 0) {
          const spent = take.next(50);
          await counter.open(root, [{ key, spent }]);
          oracle.open(key, spent);
        } else {
          // Whoever was to settle what is under way may have died meanwhile.
          await pass(take.next(2500));
        }
      }
    }
    const windows = windowsOf.map((window) => window(0));
    const readings = await counter.read(root, windows);
    demandEqual(
      readings.map((reading) => reading?.used),
      windows.map((window) => oracle.used(window, now())),
      `${what}: what is used`,
    );
  }
}

interface Numbers {
  isEmpty(): boolean;
  /** Below a bound. */
  next(bound: number): number;
}

function numbersFrom(story: readonly number[]): Numbers {
  let index = 0;
  return {
    isEmpty: () => index >= story.length,
    next(bound) {
      const number = Math.abs(Math.trunc(story[index] ?? 0)) % bound;
      index += 1;
      return number;
    },
  };
}

function someWindows(take: Numbers): readonly CounterWindow[] {
  const chosen = take.next(31) + 1;
  const amount = take.next(50);
  return windowsOf.filter((_, index) => (chosen >> index) % 2 === 1).map((window) => window(amount));
}
