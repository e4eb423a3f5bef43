import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CounterWork } from '../counter-work.ts';
import { createPage } from '../decision/counter-page.ts';
import type { CounterPage } from '../decision/counter-page.ts';
import { prepareFile } from './file-schema.ts';
import { createFilePruning } from './prune-file.ts';
import { createSqliteRows } from './sqlite-rows.ts';
import { FileMoved } from './sqlite-failure.ts';
import { createStoreClock } from './store-clock.ts';

/** The file in which one machine counts, open. */
export interface CounterFile {
  /** Decides in one transaction, or throws, and nothing has changed. */
  decide(works: readonly CounterWork<unknown>[]): readonly unknown[];
  /** Whether it is still the file of its name. */
  hasMoved(): boolean;
  close(): void;
}

/**
 * Opens the file, or makes it. Nothing here waits for anybody: what another process has locked is thrown as busy. With a write-ahead log a transaction is some
 * writes into the system's memory, and nothing is synced to the disk: what dies with a process is nothing, and what dies with the machine is counted anew.
 */
export function openCounterFile(path: string, now: () => number): CounterFile {
  const [before] = placesOf(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const file = toCounterFile(database, path, now);
    // Only of a file that stood there before and stands there still is it sure that it is the one that was opened; one that was just made is opened again.
    if (before === undefined || before !== placesOf(path)[0]) throw new FileMoved();
    return file;
  } catch (error) {
    database.close();
    throw error;
  }
}

function toCounterFile(database: DatabaseSync, path: string, now: () => number): CounterFile {
  database.exec('pragma journal_mode = wal; pragma synchronous = off;');
  if (database.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal')
    throw new Error('it cannot have a write-ahead log there; the file has to lie on a disk of this machine.');
  // What the log holds is brought into the file by whoever comes; little at a time, since he waits for it.
  database.exec('pragma wal_autocheckpoint = 250; begin immediate');
  prepareFile(database);
  database.exec('commit');

  const [begin, commit] = [database.prepare('begin immediate'), database.prepare('commit')];
  const rows = createSqliteRows(database);
  const clock = createStoreClock(database, now);
  const pruning = createFilePruning(database);
  // Whoever deletes or replaces a file that is open takes it away from those who come, and not from us: then there would be two that count.
  const before = placesOf(path);

  function hasMoved(): boolean {
    const places = placesOf(path);
    return places.some((place, index) => place === undefined || place !== before[index]);
  }

  function decideAll(works: readonly CounterWork<unknown>[]): readonly unknown[] {
    const moment = clock();
    const pages = new Map<string, CounterPage>();
    const pageOf = (root: string): CounterPage => {
      const known = pages.get(root);
      if (known) return known;
      const page = createPage(moment, rows.of(root), rows.expired(root, moment));
      pages.set(root, page);
      return page;
    };
    const answers = works.map(({ root, decide }) => decide(pageOf(root)));
    for (const [root, { changes }] of pages) rows.write(root, changes);
    const forgotten = pruning.prune(moment);
    if (forgotten !== undefined) rows.write(forgotten, createPage(moment, rows.of(forgotten), rows.expired(forgotten, moment)).changes);
    return answers;
  }

  return {
    hasMoved,
    decide(works) {
      begin.run();
      try {
        if (hasMoved()) throw new FileMoved();
        const answers = decideAll(works);
        commit.run();
        return answers;
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Which files stand under the names of the file and of its log. */
const placesOf = (path: string): readonly (number | undefined)[] =>
  [path, `${path}-wal`].map((name) => statSync(name, { throwIfNoEntry: false })?.ino);
