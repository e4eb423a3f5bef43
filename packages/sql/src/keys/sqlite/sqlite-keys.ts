import { within } from '@ai-proxy/core';
import { isBusy, whileBusy } from '../../database/while-busy.ts';
import { prepareFile } from '../../database/prepare-file.ts';
import type { KeyTables } from '../key-tables.ts';
import { keyByHash } from '../statements.ts';
import type { KeysFile } from './keys-file.ts';
import { openKeysFile } from './keys-file.ts';

/**
 * Keys in a SQLite file, over a connection of their own in this thread: a look-up takes microseconds, and readers of a write-ahead log wait for nobody. Where
 * somebody else holds a lock all the same it is tried again, and the event loop goes on meanwhile.
 */
export function createSqliteKeys(path: string, timeout: number): KeyTables {
  let file: KeysFile | undefined;
  let opening: Promise<KeysFile> | undefined;
  let isClosed = false;

  async function open(until: number): Promise<KeysFile> {
    await prepareFile(path, until);
    file = await whileBusy(async () => openKeysFile(path), until);
    if (isClosed) drop(file);
    return file;
  }

  const opened = async (until: number): Promise<KeysFile> => {
    opening ??= open(until).finally(() => {
      opening = undefined;
    });
    return within(opening, until - performance.now());
  };

  function drop(broken: KeysFile): void {
    if (file === broken) file = undefined;
    broken.close();
  }

  async function use<Answer>(work: (file: KeysFile) => Answer): Promise<Awaited<Answer>> {
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
    byHash: async (hash) => use((current) => current.ask({ text: keyByHash, values: [hash] })),
    read: async (question) => use((current) => current.ask(question)),
    write: async (_id, begin) => use((current) => current.run(begin())),
    async close() {
      isClosed = true;
      await opening?.catch(() => {});
      if (file) drop(file);
    },
  };
}

const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && !isBusy(error);
