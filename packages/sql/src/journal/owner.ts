import { randomBytes } from 'node:crypto';
import { readFile, readlink, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Whose a journal is: stands in `owner.json` in its folder, whose time of change is touched as long as the owner lives. */
export interface Owner {
  readonly v: 1;
  readonly pid: number;
  /** The machine, its start, and the space of process numbers, because containers count their own. */
  readonly host: string;
  /** When the process started: a number is given to another process some day. */
  readonly startedAt: number;
}

export const ownerFile = 'owner.json';

/** A name that no other journal has. */
export const journalName = (): string => `${process.pid}-${randomBytes(8).toString('hex')}`;

export async function describeSelf(): Promise<Owner> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '');
  const startedAt = Math.round(Date.now() - process.uptime() * 1000);
  return { v: 1, pid: process.pid, host: [hostname(), boot.trim(), numbers].join(' '), startedAt };
}

export async function writeOwner(folder: string, owner: Owner): Promise<void> {
  await writeFile(join(folder, ownerFile), `${JSON.stringify(owner)}\n`);
}

/** Says that the owner still lives; false where the journal is not his any more. */
export async function renewLease(folder: string): Promise<boolean> {
  try {
    const now = new Date();
    await utimes(join(folder, ownerFile), now, now);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the owner of a folder can still write into it. On one machine the number of the process tells; across machines, and where a number may be another
 * process's by now, the lease: it is compared with one's own, because both times were set by the same file system.
 */
export async function isOrphan(folder: string, own: { readonly folder: string; readonly owner: Owner }, lease: number): Promise<boolean> {
  const [theirs, ours] = await Promise.all([lastRenewed(folder), lastRenewed(own.folder)]);
  // Another survivor was faster.
  if (theirs === undefined || ours === undefined) return false;
  const owner = await readOwner(folder);
  if (owner && owner.host === own.owner.host && !isAlive(owner, own.owner)) return true;
  return ours - theirs > lease;
}

async function lastRenewed(folder: string): Promise<number | undefined> {
  // A folder whose owner died before he could say who he was has no file.
  const found = await stat(join(folder, ownerFile)).catch(async () => stat(folder).catch(() => undefined));
  return found?.mtimeMs;
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(join(folder, ownerFile), 'utf8')) as Partial<Owner>;
    return owner.v === 1 ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner, self: Owner): boolean {
  // Times are those of a clock that may be set: a few seconds are no difference.
  if (owner.pid === self.pid) return Math.abs(owner.startedAt - self.startedAt) < 5000;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
