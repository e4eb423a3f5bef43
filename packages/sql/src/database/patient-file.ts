import { within } from '@ai-proxy/core';
import { isBusy, whileBusy } from './while-busy.ts';
import { prepareFile } from './prepare-file.ts';
import type { Question, Row, Script } from './script.ts';
import type { ScriptFile } from './script-file.ts';
import { openScriptFile } from './script-file.ts';

/** A SQLite file that is asked in this thread, and never waits inside of it. */
export interface PatientFile {
  read(question: Question): Promise<readonly Row[]>;
  /** Runs a script in a transaction. It is begun anew where somebody else held the lock. */
  write<Answer>(begin: () => Script<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * A SQLite file over a connection of its own in this thread: a look-up takes microseconds, and readers of a write-ahead log wait for nobody. Where somebody else
 * holds a lock all the same it is tried again, and the event loop goes on meanwhile.
 */
export function createPatientFile(path: string, timeout: number): PatientFile {
  let file: ScriptFile | undefined;
  let opening: Promise<ScriptFile> | undefined;
  let isClosed = false;

  async function open(until: number): Promise<ScriptFile> {
    await prepareFile(path, until);
    file = await whileBusy(async () => openScriptFile(path), until);
    if (isClosed) drop(file);
    return file;
  }

  const opened = async (until: number): Promise<ScriptFile> => {
    opening ??= open(until).finally(() => {
      opening = undefined;
    });
    return within(opening, until - performance.now());
  };

  function drop(broken: ScriptFile): void {
    if (file === broken) file = undefined;
    broken.close();
  }

  async function use<Answer>(work: (file: ScriptFile) => Answer): Promise<Awaited<Answer>> {
    if (isClosed) throw new Error('it was closed');
    const until = performance.now() + timeout;
    const current = file ?? (await opened(until));
    try {
      return await whileBusy(() => work(current), until);
    } catch (error) {
      // Whatever is wrong with this connection, the next one may do better.
      if (isBroken(error) && file === current) drop(current);
      throw error;
    }
  }

  return {
    read: async (question) => use((current) => current.ask(question)),
    write: async (begin) => use((current) => current.run(begin())),
    async close() {
      isClosed = true;
      await opening?.catch(() => {});
      if (file) drop(file);
    },
  };
}

const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && !isBusy(error);
