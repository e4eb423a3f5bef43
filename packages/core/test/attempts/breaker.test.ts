import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBreaker, createPerTarget } from '../../src/attempts/breaker.ts';

const options = { failures: 3, resetAfter: 1000 };

function openBreaker(): { breaker: ReturnType<typeof createBreaker>; clock: { now: number } } {
  const clock = { now: 5_000 };
  const breaker = createBreaker(options, () => clock.now);
  for (let failure = 0; failure < options.failures; failure += 1) {
    expect(breaker.wait()).toBe(0);
    breaker.failed();
  }
  return { breaker, clock };
}

describe('createBreaker', () => {
  it('opens after failures in a row, and says how long', () => {
    const { breaker, clock } = openBreaker();
    expect(breaker.wait()).toBe(1000);
    clock.now += 400;
    expect(breaker.wait()).toBe(600);
  });

  it('starts counting anew with a success', () => {
    const breaker = createBreaker(options, () => 0);
    for (let round = 0; round < 5; round += 1) {
      breaker.failed();
      breaker.failed();
      breaker.succeeded();
      expect(breaker.wait()).toBe(0);
    }
  });

  it('lets one call try when its time has come, and turns the others away meanwhile', () => {
    const { breaker, clock } = openBreaker();
    clock.now += 1000;
    expect(breaker.wait()).toBe(0);
    expect(breaker.wait()).toBe(1000);
    clock.now += 60_000;
    expect(breaker.wait()).toBe(1000);
    breaker.succeeded();
    expect([breaker.wait(), breaker.wait()]).toEqual([0, 0]);
  });

  it('opens again at once when the try fails', () => {
    const { breaker, clock } = openBreaker();
    clock.now += 1000;
    expect(breaker.wait()).toBe(0);
    breaker.failed();
    expect(breaker.wait()).toBe(1000);
  });

  it('lets the next one try when the try told nothing', () => {
    const { breaker, clock } = openBreaker();
    clock.now += 1000;
    expect(breaker.wait()).toBe(0);
    breaker.unknown();
    expect(breaker.wait()).toBe(0);
    expect(breaker.wait()).toBe(1000);
  });

  it('never lets two calls try at once while it is open', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const) }),
      fc.record({ kind: fc.constantFrom('succeeded' as const, 'failed' as const, 'unknown' as const) }),
      fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat(1500) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { breaker, clock } = openBreaker();
        let isOpen = true;
        let trying = false;
        for (const one of steps) {
          if (one.kind === 'pass') clock.now += one.milliseconds;
          else if (one.kind === 'ask') {
            const wait = breaker.wait();
            if (isOpen && wait === 0) {
              expect(trying).toBe(false);
              trying = true;
            }
            if (!isOpen) expect(wait).toBe(0);
          } else if (isOpen && trying) {
            breaker[one.kind]();
            trying = false;
            if (one.kind === 'succeeded') isOpen = false;
          }
        }
      }),
    );
  });
});

describe('createPerTarget', () => {
  it('keeps one for each target', () => {
    let made = 0;
    const per = createPerTarget(() => (made += 1));
    expect([per('a'), per('b'), per('a'), per('b')]).toEqual([1, 2, 1, 2]);
  });

  it('forgets the least recently used one, and no other', () => {
    let made = 0;
    const per = createPerTarget(() => (made += 1), 2);
    expect([per('a'), per('b'), per('a'), per('c')]).toEqual([1, 2, 1, 3]);
    expect([per('a'), per('c'), per('b'), per('c'), per('a')]).toEqual([1, 3, 4, 3, 5]);
  });
});
