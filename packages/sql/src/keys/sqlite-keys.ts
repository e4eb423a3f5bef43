import { createPatientFile } from '../database/patient-file.ts';
import type { KeyTables } from './key-tables.ts';
import { keyByHash } from './statements.ts';

/** Keys in a SQLite file. */
export function createSqliteKeys(path: string, timeout: number): KeyTables {
  const file = createPatientFile(path, timeout);
  return {
    byHash: async (hash) => file.read({ text: keyByHash, values: [hash] }),
    read: file.read,
    write: async (_id, begin) => file.write(begin),
    close: file.close,
  };
}
