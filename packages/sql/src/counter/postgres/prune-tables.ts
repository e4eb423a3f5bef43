import type { CounterPool } from './counter-pool.ts';

/** So many rows go in one step, in a transaction of its own. */
const step = 500;

/** So many steps are made in a row; what is left then is left to the next time. */
const mostSteps = 100;

const forget = (clock: string): readonly string[] => [
  `delete from ai_proxy_counter_calls where ctid in (
    select ctid from ai_proxy_counter_calls where holds is null and expires_at <= ${clock} order by expires_at limit ${step} for update skip locked
  ) returning 1`,
  // Whoever has read a window that may be forgotten takes it for forgotten, and writes it whole.
  `delete from ai_proxy_counter_windows where ctid in (
    select ctid from ai_proxy_counter_windows where kept_until <= ${clock} and reserved = 0 order by kept_until limit ${step} for update skip locked
  ) returning 1`,
];

/** Takes away what nobody needs any more, and answers the roots that have expired reservations though nobody asks for them. */
export async function pruneTables(pool: CounterPool, clock: string): Promise<readonly string[]> {
  const connection = await pool.connect();
  let isSound = false;
  try {
    for (const statement of forget(clock)) {
      for (let steps = 0; steps < mostSteps; steps += 1) if ((await connection.send(statement)).length < step) break;
    }
    const roots = await connection.send(
      `select distinct root from ai_proxy_counter_calls where holds is not null and expires_at <= ${clock} - 5000 limit 10`,
    );
    isSound = true;
    return roots.flatMap((row) => (typeof row === 'object' && row !== null && 'root' in row ? String(row.root) : []));
  } finally {
    connection.release(isSound);
  }
}
