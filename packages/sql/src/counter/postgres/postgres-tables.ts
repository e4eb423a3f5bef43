import type { SqlDatabase } from '../../database/open-sql.ts';
import { withoutSecrets } from '../../database/without-secrets.ts';
import type { CounterTables, CounterWork } from '../counter-work.ts';
import { again } from '../decision/decide.ts';
import { SqlError } from '../sql-error.ts';
import { createWaitingLine, tellAnswers } from '../waiting-line.ts';
import type { WaitingLine } from '../waiting-line.ts';
import { createCounterPool } from './counter-pool.ts';
import type { CounterConnection } from './counter-pool.ts';
import { pruneTables } from './prune-tables.ts';
import { readPage } from './read-page.ts';
import { isRefusal, isWorthAnother, toServerError } from './server-failure.ts';
import { serverClock, toBeginning, toEnding } from './statements.ts';

export interface PostgresTablesOptions {
  readonly database: SqlDatabase;
  readonly name: string;
  readonly deadline: number;
  readonly connections: number;
  /** The time of the store, in SQL. @default the server's clock */
  readonly clock?: string;
  /** How often what nobody needs any more is taken away, in milliseconds. @default 10000 */
  readonly pruneEvery?: number;
}

/** So many that wait share one transaction. */
const mostTogether = 100;

/** So long the calls wait that come while the very first connection is being made and the tables with it, in milliseconds. */
const firstConnection = 3000;

/**
 * Counts on a server. What is counted together is counted one after the other, under a lock: two messages in each transaction. What comes while one is under way
 * shares the next.
 */
export function createPostgresTables({
  database,
  name,
  deadline,
  connections,
  clock = serverClock,
  pruneEvery = 10_000,
}: PostgresTablesOptions): CounterTables {
  const hide = withoutSecrets(database.url);
  const pool = createCounterPool(database.url, connections, deadline);
  /** By roots. */
  const lines = new Map<string, WaitingLine>();
  let isReady = false;
  let wasTried = false;
  let opening: Promise<unknown> | undefined;
  let prunedAt = performance.now();
  let isClosed = false;

  const late = (): SqlError =>
    new SqlError('DEADLINE', name, `PostgreSQL did not answer within ${wasTried ? deadline : firstConnection} ms`);

  /** Makes the tables where they are missing. */
  async function ready(): Promise<void> {
    opening ??= database
      .connect()
      .then(() => (isReady = true))
      .finally(() => {
        wasTried = true;
        opening = undefined;
      });
    await opening;
  }

  async function decide(connection: CounterConnection, root: string, works: readonly CounterWork<unknown>[]): Promise<readonly unknown[]> {
    const page = readPage(await connection.load(toBeginning(root, works, clock)));
    const answers = works.map((work) => work.decide(page));
    const { windows, calls } = page.changes;
    const ending = connection.send(toEnding(root, page.changes));
    // Where nothing was written nothing can be lost any more, and nobody waits for the end.
    if (windows.size + calls.size > 0) await ending;
    else ending.catch(() => {});
    return answers;
  }

  async function decideOver(
    connection: CounterConnection,
    root: string,
    works: readonly CounterWork<unknown>[],
  ): Promise<readonly unknown[]> {
    let isSound = false;
    try {
      const answers = await decide(connection, root, works);
      isSound = true;
      return answers;
    } catch (error) {
      isSound = isRefusal(error) && (await rollBack(connection));
      throw error;
    } finally {
      connection.release(isSound);
    }
  }

  /** Whatever becomes of the first attempt, the second changes nothing that it has done: calls are reserved, renewed and ended once. */
  async function attempt(root: string, works: readonly CounterWork<unknown>[]): Promise<readonly unknown[]> {
    if (!isReady) await ready();
    for (let tries = 1; ; tries += 1) {
      try {
        return await decideOver(await pool.connect(), root, works);
      } catch (error) {
        if (tries === 2 || isClosed || !isWorthAnother(error)) throw error;
      }
    }
  }

  async function serve(root: string, line: WaitingLine): Promise<void> {
    for (;;) {
      const works = line.take(mostTogether);
      if (works.length === 0) break;
      try {
        const answers = await attempt(
          root,
          works.map(({ work }) => work),
        );
        tellAnswers(line, works, answers);
      } catch (error) {
        const failure = toServerError(error, name, hide);
        for (const one of works) one.fail(failure);
      }
    }
    lines.delete(root);
    if (!isClosed && performance.now() - prunedAt >= pruneEvery) void prune();
  }

  async function prune(): Promise<void> {
    prunedAt = performance.now();
    try {
      const roots = await pruneTables(pool, clock);
      if (isClosed) return;
      for (const root of roots) void run({ root, id: undefined, places: [], decide: sweep }).catch(() => {});
    } catch {
      // It is tried again; calls say what is wrong.
    }
  }

  async function run<Answer>(work: CounterWork<Answer>): Promise<Answer> {
    const known = lines.get(work.root);
    if (known) return known.add(work);
    const line = createWaitingLine(isReady || wasTried ? deadline : Math.max(deadline, firstConnection), late);
    lines.set(work.root, line);
    const answered = line.add(work);
    void serve(work.root, line);
    return answered;
  }

  return {
    run,
    async close() {
      isClosed = true;
      for (const line of lines.values()) line.failAll(new SqlError('FAILED', name, 'the counter was closed'));
      await pool.close();
    },
  };
}

/** Whether the connection can be used again. */
const rollBack = async (connection: CounterConnection): Promise<boolean> =>
  connection.send('rollback').then(
    () => true,
    () => false,
  );

/** Reading a page frees what has expired. */
const sweep: CounterWork<undefined>['decide'] = (page) => (page.hasMoreExpired ? again : undefined);
