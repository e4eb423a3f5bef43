import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause } from '../../src/attempts/pause.ts';
import { trackTimers } from '../fixtures/timers.ts';

describe('pause', () => {
  it('resolves, and leaves neither listener nor timer', async () => {
    const timersArmed = trackTimers();
    const { signal } = new AbortController();
    await pause(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timersArmed()).toBe(0);
  });

  it('ends at once with what ended the call, however long it would have been', async () => {
    const timersArmed = trackTimers();
    const leaving = new AbortController();
    const reason = new Error('gone');
    const paused = pause(2 ** 31 - 1, leaving.signal);
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(1);
    leaving.abort(reason);
    await expect(paused).rejects.toBe(reason);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    expect(timersArmed()).toBe(0);
  });

  it('does not begin where the call has ended already', async () => {
    const timersArmed = trackTimers();
    const reason = new Error('gone');
    await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(timersArmed()).toBe(0);
  });
});
