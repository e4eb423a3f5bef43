import type { DatabaseSync } from 'node:sqlite';

/** So many rows are looked at in one step. */
const step = 200;

/** How often there is a step where the one before has left nothing, in milliseconds. */
const interval = 1000;

/** Takes away what nobody needs any more, a little with each call that comes. */
export interface FilePruning {
  /** Within a transaction. Answers a root that has expired reservations, though nobody may ever ask for it again. */
  prune(now: number): string | undefined;
}

export function createFilePruning(database: DatabaseSync): FilePruning {
  const forgetEnds = database.prepare(`
    delete from calls where (root, id) in (select root, id from calls where holds is null and expires_at <= ? order by expires_at limit ${step})
  `);
  const findUnused = database.prepare(`
    select root, place, reserved from windows where kept_until is not null and kept_until <= ? order by kept_until limit ${step}
  `);
  const forgetWindow = database.prepare('delete from windows where root = ? and place = ?');
  const keepWindow = database.prepare('update windows set kept_until = ? where root = ? and place = ?');
  const findExpired = database.prepare('select root from calls where holds is not null and expires_at <= ? order by expires_at limit 1');
  let next = 0;

  return {
    prune(now) {
      if (now < next) return undefined;
      const { changes } = forgetEnds.run(now);
      const unused = findUnused.all(now);
      for (const { root = '', place = '', reserved } of unused) {
        if (reserved === 0) forgetWindow.run(root, place);
        // Something is under way there for long: it is looked at again later, and not before all others each time.
        else keepWindow.run(now + 60_000, root, place);
      }
      const expired = findExpired.get(now)?.['root'];
      const isDone = Number(changes) < step && unused.length < step && expired === undefined;
      next = isDone ? now + interval : now;
      return expired === undefined ? undefined : String(expired);
    },
  };
}
