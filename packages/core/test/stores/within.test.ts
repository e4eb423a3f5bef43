import { describe, expect, it } from 'vitest';
import { TooLate, within } from '../../src/stores/within.ts';

const never = new Promise<never>(() => {});

describe('an answer within a time', () => {
  it('is given on, and so is its rejection', async () => {
    expect(await within(Promise.resolve('here'), 1000)).toBe('here');
    await expect(within(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no');
  });

  it('is not waited for any longer when the time is up, and what is to be put in order is', async () => {
    let late = 0;
    await expect(within(never, 5, () => (late += 1))).rejects.toThrow(TooLate);
    expect(late).toBe(1);
    await expect(within(never, -100)).rejects.toThrow('there was no answer within 1 ms');
  });

  it('is passed over when it comes after that', async () => {
    let reject: (error: Error) => void = () => {};
    const answer = new Promise<never>((_, no) => (reject = no));
    await expect(within(answer, 1)).rejects.toThrow(TooLate);
    reject(new Error('too late to matter'));
    await expect(answer).rejects.toThrow('too late to matter');
  });

  it('counts where it lay unread because the process had stalled itself', async () => {
    const answer = new Promise<string>((resolve) => setImmediate(() => resolve('here')));
    const asked = within(answer, 5);
    const until = performance.now() + 30;
    while (performance.now() < until);
    expect(await asked).toBe('here');
  });
});
