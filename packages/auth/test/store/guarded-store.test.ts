import { ProxyError } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { guardStore, wasAsked } from '../../src/store/guarded-store.ts';
import type { GuardedStore } from '../../src/store/guarded-store.ts';

interface Setting {
  readonly guard: GuardedStore;
  /** Moves the clock on. */
  pass(milliseconds: number): void;
  /** How often the store has come back. */
  readonly backs: () => number;
}

function setUp(): Setting {
  let time = 1_000_000;
  let backs = 0;
  const patience = { timeout: 30, failures: 3, probeAfter: 1000 };
  const guard = guardStore({ name: 'the tally', patience, now: () => time, onBack: () => void (backs += 1) });
  return { guard, pass: (milliseconds) => void (time += milliseconds), backs: () => backs };
}

const hang = (): Promise<never> => new Promise(() => undefined);
const refuse = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'));
const answer = async (): Promise<string> => 'here';
/** What came of a question: its answer, or whether the store was asked at all. */
const outcome = async (asking: Promise<string>): Promise<string> =>
  asking.catch((error: unknown) =>
    error instanceof ProxyError && error.code === 'store_unavailable' ? (wasAsked(error) ? 'failed' : 'not asked') : String(error),
  );
const fail = async (guard: GuardedStore, question: () => Promise<string>): Promise<readonly string[]> =>
  Promise.all([1, 2, 3].map(async () => outcome(guard.ask(question))));

describe('a store that fails', () => {
  it('is left alone after three failures, and the refusal says that it was not asked', async () => {
    const { guard } = setUp();
    expect(await fail(guard, hang)).toEqual(['failed', 'failed', 'failed']);
    expect(await outcome(guard.ask(answer))).toBe('not asked');
  });

  it('is tried again half an interval after it was last asked in vain, not after that was given up', async () => {
    const { guard, pass } = setUp();
    const asking = fail(guard, hang);
    pass(400);
    await asking;
    pass(99);
    expect(await outcome(guard.ask(answer))).toBe('not asked');
    pass(1);
    expect(await outcome(guard.ask(answer))).toBe('here');
  });

  it('is tried twice as often where it refuses at once', async () => {
    const { guard, pass } = setUp();
    await fail(guard, refuse);
    expect(await outcome(guard.ask(answer))).toBe('not asked');
    pass(250);
    expect(await outcome(guard.ask(refuse))).toBe('failed');
    expect(await outcome(guard.ask(answer))).toBe('not asked');
    pass(250);
    expect(await outcome(guard.ask(answer))).toBe('here');
  });

  it('is asked by one at first, and whoever comes meanwhile waits for what he finds out', async () => {
    const { guard, pass, backs } = setUp();
    await fail(guard, hang);
    pass(1000);
    let questions = 0;
    const found = Promise.withResolvers<string>();
    const probe = guard.ask(async () => ((questions += 1), found.promise));
    const others = [1, 2, 3].map(async () => outcome(guard.ask(async () => ((questions += 1), 'here'))));
    await Promise.resolve();
    expect(questions).toBe(1);
    found.resolve('back');
    expect(await probe).toBe('back');
    expect([await Promise.all(others), questions, backs()]).toEqual([['here', 'here', 'here'], 4, 1]);
  });

  it('is asked by the next of those who waited where the first has found nothing, and time enough has passed', async () => {
    const { guard, pass } = setUp();
    await fail(guard, refuse);
    pass(250);
    const found = Promise.withResolvers<string>();
    const probe = outcome(guard.ask(async () => found.promise, 1000));
    const other = outcome(guard.ask(answer, 1000));
    pass(600);
    found.reject(new Error('the connection was dead'));
    expect([await probe, await other]).toEqual(['failed', 'here']);
  });

  it('keeps nobody waiting for longer than one question may take, whoever finds out', async () => {
    const { guard, pass } = setUp();
    await fail(guard, hang);
    pass(1000);
    const probe = outcome(guard.ask(hang, 2000));
    expect(await outcome(guard.ask(answer))).toBe('not asked');
    expect(await probe).toBe('failed');
  });

  it('is not thought away again because of what it was asked before it came back', async () => {
    const { guard, pass } = setUp();
    const stale = [1, 2, 3, 4].map(() => Promise.withResolvers<string>());
    const asking = stale.map(async ({ promise }) => outcome(guard.ask(async () => promise)));
    expect(await outcome(guard.ask(answer))).toBe('here');
    for (const one of stale) one.reject(new Error('ECONNRESET'));
    expect(await Promise.all(asking)).toEqual(['failed', 'failed', 'failed', 'failed']);
    expect(await outcome(guard.ask(answer))).toBe('here');
    pass(0);
  });

  it('has not failed where it says no in its own words', async () => {
    const { guard } = setUp();
    const no = async (): Promise<never> => {
      throw new ProxyError('no', { status: 404, code: 'unknown_key' });
    };
    expect(await fail(guard, no)).toEqual(['ProxyError: no', 'ProxyError: no', 'ProxyError: no']);
    expect(await outcome(guard.ask(answer))).toBe('here');
  });
});
