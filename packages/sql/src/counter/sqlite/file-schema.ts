import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** What the file says it is: `ai_p` in letters, and the version of its tables. */
const application = 0x61_69_5f_70;
const version = 1;

const tables = `
create table windows (
  root text not null, place text not null,
  spent integer not null, reserved integer not null, slots text not null, opened_at integer, kept_until integer,
  primary key (root, place)
) strict, without rowid;
create index windows_by_end on windows (kept_until) where kept_until is not null;
create table calls (
  root text not null, id text not null, at integer not null, expires_at integer not null, holds text,
  primary key (root, id)
) strict, without rowid;
create index calls_held on calls (root, expires_at) where holds is not null;
create index calls_held_by_end on calls (expires_at) where holds is not null;
create index calls_ended on calls (expires_at) where holds is null;
create table clock (one integer primary key check (one = 1), last integer not null, ahead integer not null, boot text not null) strict;
insert into clock values (1, 0, 0, '');
`;

const emptied = 'delete from windows; delete from calls;';

/** Thrown for a file that is something else: it is somebody's, and not touched. */
export class ForeignFile extends Error {
  override readonly name = 'ForeignFile';
}

/**
 * Makes the tables where there are none, in a transaction that the caller has begun. What was counted before the machine was started anew is thrown away:
 * nothing is synced to the disk, so that a loss of power may leave any earlier state, in which too little is spent. The ledger knows better.
 */
export function prepareFile(database: DatabaseSync, boot: string = bootOfMachine()): void {
  const isEmpty = database.prepare('select count(*) as tables from sqlite_schema').get()?.['tables'] === 0;
  if (isEmpty) database.exec(`${tables} pragma application_id = ${application}; pragma user_version = ${version};`);
  else {
    if (database.prepare('pragma application_id').get()?.['application_id'] !== application)
      throw new ForeignFile('it is a database of something else. Name another file for the counters.');
    if (database.prepare('pragma user_version').get()?.['user_version'] !== version)
      throw new ForeignFile('it was written by another version. Delete it when nothing uses it: what was spent is read from the ledger.');
  }
  const before = database.prepare('select boot from clock').get()?.['boot'];
  if (before === boot) return;
  if (before !== '' && boot !== '') database.exec(emptied);
  database.prepare('update clock set boot = ?').run(boot);
}

/** Tells one start of the machine from another, where the system does. */
function bootOfMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
