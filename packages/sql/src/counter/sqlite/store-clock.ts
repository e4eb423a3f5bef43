import type { DatabaseSync } from 'node:sqlite';

/** So far the time in the file may lag behind, in milliseconds: it is not written with every call. */
const resolution = 1000;

/**
 * The clock of a file, in whole milliseconds. All processes are on one machine and have its clock, which somebody may set back. Then the time of the file goes on
 * from the greatest that it has seen, ahead of the machine's from then on: it neither goes back, nor stands still until the machine's has caught up.
 */
export function createStoreClock(database: DatabaseSync, machine: () => number): () => number {
  const select = database.prepare('select last, ahead from clock');
  const update = database.prepare('update clock set last = ?, ahead = ?');
  let latest = 0;

  return () => {
    const row = select.get();
    const [last, ahead] = [Number(row?.['last']), Number(row?.['ahead'])];
    const greatest = Math.max(last, latest);
    const time = Math.floor(machine()) + ahead;
    latest = Math.max(time, greatest);
    if (latest > time || latest >= last + resolution) update.run(latest, ahead + latest - time);
    return latest;
  };
}
