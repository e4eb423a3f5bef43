import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describeSelf, journalName, ownerFile, renewLease, writeOwner } from './owner.ts';
import type { Owner } from './owner.ts';

/** The folder of one process inside the folder of all journals, and the lease on it. */
export interface JournalFolder {
  readonly path: string;
  readonly owner: Owner;
  /** Says that its owner lives. */
  renew(): Promise<boolean>;
  /** Whether it is certain that no survivor has taken it: asked before each write, and true at once while the lease was renewed a moment ago. */
  isHeld(): Promise<boolean>;
  /** Gives it up: what is left in it is any survivor's. */
  leave(): Promise<void>;
  /** Throws its files away; journals that were adopted, and not yet recorded, are left for the next survivor. */
  remove(): Promise<void>;
}

export async function createJournalFolder(root: string, lease: number): Promise<JournalFolder> {
  const path = join(root, journalName());
  await mkdir(path, { recursive: true, mode: 0o700 });
  const owner = await describeSelf();
  await writeOwner(path, owner);
  let renewedAt = performance.now();
  let isLost = false;

  async function renew(): Promise<boolean> {
    isLost ||= !(await renewLease(path));
    renewedAt = performance.now();
    return !isLost;
  }

  async function leave(): Promise<void> {
    await utimes(join(path, ownerFile), 0, 0).catch(() => {});
  }

  return {
    path,
    owner,
    renew,
    // A process that was stopped for a while, or whose machine slept, looks dead to others.
    isHeld: async () => !isLost && (performance.now() - renewedAt < lease / 3 || renew()),
    leave,
    async remove() {
      // A survivor may have taken it a moment ago.
      const names = await readdir(path).catch((): string[] => []);
      for (const name of names) if (name.endsWith('.jsonl')) await rm(join(path, name), { force: true });
      if (names.some((name) => name !== ownerFile && !name.endsWith('.jsonl'))) return leave();
      return rm(path, { recursive: true, force: true });
    },
  };
}
