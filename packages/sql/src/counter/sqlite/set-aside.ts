import { renameSync, rmSync } from 'node:fs';

/** Where a damaged file is kept for whoever wants to look at it; the latest only. */
export const asideOf = (path: string): string => `${path}.damaged`;

/** Makes room for a new file. The log of the damaged one would be taken for the new one's. */
export function setAside(path: string): void {
  renameSync(path, asideOf(path));
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
