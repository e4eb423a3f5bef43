import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Log } from '@ai-proxy/core';
import type { CounterTables, CounterWork } from '../counter-work.ts';
import { again } from '../decision/decide.ts';
import { SqlError } from '../sql-error.ts';
import { createWaitingLine, tellAnswers } from '../waiting-line.ts';
import { openCounterFile } from './counter-file.ts';
import type { CounterFile } from './counter-file.ts';
import { asideOf, setAside } from './set-aside.ts';
import { isBusy, isDamaged, isMoved, toFileError } from './sqlite-failure.ts';

export interface SqliteTablesOptions {
  readonly name: string;
  readonly path: string;
  readonly deadline: number;
  readonly log: Log;
  /** The clock of the machine. */
  readonly now: () => number;
}

/** So many that wait share one transaction; others of this process have their turn between two. */
const mostTogether = 100;

/**
 * So many are decided at once in one turn of the event loop; those that come after them in it share a transaction in the next. A process that is asked for hundreds
 * in a row would leave the lock to the others for moments only, and they would hardly ever find one of them: with two hundred callers in each of two processes that
 * let through less than half as much, and some waited for longer than the deadline.
 */
const mostInTurn = 4;

/** A file that was opened may have moved, be damaged, and be made anew, before work is done in it. */
const mostTries = 6;

/** How long is waited for another process' lock, in milliseconds: it holds it for less than one. */
const pauses = [0, 0, 1, 1, 2, 3, 5, 8];

const busy: unique symbol = Symbol('busy');

/**
 * Counts in a file. What comes is decided at once, in a transaction of some tens of microseconds on the thread that asks. Where another process holds the lock, work waits
 * in a line, and is decided together when the lock is there; the event loop goes on meanwhile.
 */
export function createSqliteTables({ name, path, deadline, log, now }: SqliteTablesOptions): CounterTables {
  let file: CounterFile | undefined;
  let isAtIt = false;
  let inTurn = 0;
  const line = createWaitingLine(
    deadline,
    () => new SqlError('DEADLINE', name, `the file ${path} was locked for ${deadline} ms by another process`),
    // Where this process stood still itself, it may have been free all the while.
    () => void serveOnce(),
  );

  function letGo(): void {
    const opened = file;
    file = undefined;
    try {
      opened?.close();
    } catch {
      // It could not be used any more; what it held open ends with it.
    }
  }

  /** What came of work; each of it has been done, or none. */
  function attempt(works: readonly CounterWork<unknown>[]): readonly unknown[] | typeof busy {
    for (let tries = 1; ; tries += 1) {
      const before = inodeOf(path);
      try {
        file ??= openCounterFile(path, now);
        return file.decide(works);
      } catch (error) {
        if (isBusy(error)) return busy;
        letGo();
        if (tries < mostTries && isMoved(error)) continue;
        if (tries < mostTries && isDamaged(error)) {
          beginAnew(error, before);
          continue;
        }
        throw toFileError(error, name, path);
      }
    }
  }

  /** Where another process has put a new file in the place of the damaged one, that is the one to go on with. */
  function beginAnew(error: unknown, damaged: number | undefined): void {
    if (damaged === undefined || inodeOf(path) !== damaged) return;
    try {
      setAside(path);
    } catch {
      throw toFileError(error, name, path);
    }
    log.error(
      { store: name, file: asideOf(path), error: error instanceof Error ? error.message : String(error) },
      'the file of the counters was damaged: it was set aside, and another begun; what was spent is read from the ledger',
    );
  }

  /** Decides for the first in the line; false where the lock is not there. */
  function serveOnce(): boolean {
    const works = line.take(mostTogether);
    if (works.length === 0) return true;
    try {
      const answers = attempt(works.map(({ work }) => work));
      if (answers === busy) line.putBack(works);
      else tellAnswers(line, works, answers);
      return answers !== busy;
    } catch (error) {
      const failure = toFileError(error, name, path);
      for (const one of works) one.fail(failure);
      return true;
    }
  }

  async function serveLine(): Promise<void> {
    if (isAtIt) return;
    isAtIt = true;
    for (let tries = 0; !line.isEmpty;) {
      const pause = pauses[Math.min(tries, pauses.length - 1)] ?? 0;
      await (pause === 0 ? new Promise((resolve) => setImmediate(resolve)) : setTimeout(pause * (0.5 + Math.random())));
      tries = serveOnce() ? 0 : tries + 1;
    }
    isAtIt = false;
  }

  /** Whether there is room in this turn of the event loop for another transaction. */
  function hasTurn(): boolean {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += 1;
    return inTurn <= mostInTurn;
  }

  return {
    async run<Answer>(work: CounterWork<Answer>) {
      if (line.isEmpty && hasTurn()) {
        const answers = attempt([work]);
        // Made by the work itself, which knows what it answers.
        if (answers !== busy && answers[0] !== again) return answers[0] as Answer;
      }
      const answered = line.add(work);
      void serveLine();
      return answered;
    },
    async close() {
      line.failAll(new SqlError('FAILED', name, 'the counter was closed'));
      letGo();
    },
  };
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
