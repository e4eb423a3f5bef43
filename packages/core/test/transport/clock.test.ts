import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { createClock } from '../../src/transport/clock.ts';

describe('createClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('expires once, when the time since its last start is over', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), milliseconds: fc.nat(50) }),
      fc.record({ kind: fc.constant('stop' as const) }),
      fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.integer({ min: 1, max: 60 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let expired = 0;
        let expected = 0;
        let left = Infinity;
        const clock = createClock(() => {
          expired += 1;
        });
        for (const one of actions) {
          if (one.kind === 'start') {
            clock.start(one.milliseconds);
            left = one.milliseconds === 0 ? Infinity : one.milliseconds;
          } else if (one.kind === 'stop') {
            clock.stop();
            left = Infinity;
          } else {
            vi.advanceTimersByTime(one.milliseconds);
            left -= one.milliseconds;
            if (left <= 0) {
              expected += 1;
              left = Infinity;
            }
          }
          expect(expired).toBe(expected);
          expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
        }
        clock.dispose();
        expect(vi.getTimerCount()).toBe(0);
        vi.advanceTimersByTime(1_000);
        expect(expired).toBe(expected);
      }),
    );
  });

  it.each([0, -1])('arms no timer for %d', (milliseconds) => {
    const clock = createClock(() => {});
    clock.start(milliseconds);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is switched off by 0 where it was running', () => {
    const onExpired = vi.fn<() => void>();
    const clock = createClock(onExpired);
    clock.start(10);
    clock.start(0);
    vi.advanceTimersByTime(100);
    expect(onExpired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps its one timer through any number of starts', () => {
    const armed = vi.spyOn(globalThis, 'setTimeout');
    const clock = createClock(() => {});
    for (let arrival = 0; arrival < 1_000; arrival += 1) {
      clock.start(1_000);
      clock.stop();
    }
    expect(armed).toHaveBeenCalledTimes(1);
    clock.dispose();
  });
});
