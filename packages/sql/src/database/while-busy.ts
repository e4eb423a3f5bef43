import { setTimeout } from 'node:timers/promises';

/**
 * Does work on SQLite that another thread or process may hold up, and does it again a little later where it does. SQLite itself would wait inside the call, and
 * the whole event loop with it.
 */
export async function whileBusy<Answer>(work: () => Answer, until: number): Promise<Awaited<Answer>> {
  for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
    // Several that wait for the same lock come back at different times.
    await setTimeout(pause * (0.5 + Math.random()));
  }
}

const busy = 5;

/** Whether SQLite refused because somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The lower byte is the kind; the rest says why it was busy.
  if ('errcode' in error && typeof error.errcode === 'number') return (error.errcode & 0xff) === busy;
  return isBusy(error.cause);
}
