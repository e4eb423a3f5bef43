import { KeyConflict } from '@ai-proxy/core/key-store';
import type { KeyChange, KeyRecord } from '@ai-proxy/core';
import { toChangeValues } from './rows/change-rows.ts';
import { fromKeyRow, hashesOf, toKeyValues } from './rows/key-rows.ts';
import { readNumber } from './rows/read-column.ts';
import type { Row, Script, Value } from '../database/script.ts';
import {
  deleteHash,
  deleteKey,
  forgetNews,
  holderOfHash,
  insertChange,
  insertHash,
  insertKey,
  insertNews,
  keyByAlias,
  keyById,
  lastNumber,
  updateKey,
} from './statements.ts';

/** How many changes back `changes` can be asked. An instance that has missed more forgets all it remembers of keys. */
export const keptNews = 1000;

export function* putKey(record: KeyRecord, change: KeyChange): Script<void> {
  const values = toKeyValues(1, record);
  const account = toChangeValues(change);
  const [taken] = yield { text: keyById, values: [record.id] };
  if (taken) throw new KeyConflict('id');
  yield* checkFree(record, undefined);
  const [last] = yield { text: lastNumber, values: [] };
  const number = last ? readNumber(last, 'number') + 1 : 1;
  yield { text: insertKey, values: [number, ...values] };
  yield* addHashes(record, number);
  yield* tell(change, account);
}

export function* replaceKey(record: KeyRecord, change: KeyChange): Script<number> {
  const version = record.version + 1;
  const values = toKeyValues(version, record);
  const account = toChangeValues(change);
  const [found] = yield { text: keyById, values: [record.id] };
  if (!found || found['version'] !== record.version) throw new KeyConflict('version');
  const number = readNumber(found, 'number');
  yield* checkFree(record, number);
  yield { text: updateKey, values: [number, ...values] };
  yield* removeHashes(found, number);
  yield* addHashes(record, number);
  yield* tell(change, account);
  return version;
}

export function* removeKey(id: string, change: KeyChange): Script<boolean> {
  const account = toChangeValues(change);
  const [found] = yield { text: keyById, values: [id] };
  if (!found) return false;
  const number = readNumber(found, 'number');
  yield { text: deleteKey, values: [number] };
  yield* removeHashes(found, number);
  yield* tell(change, account);
  return true;
}

/** Indexes would refuse it too, but not say what is taken. Nobody else writes meanwhile. */
function* checkFree(record: KeyRecord, number: number | undefined): Script<void> {
  for (const hash of hashesOf(record)) {
    const [holder] = yield { text: holderOfHash, values: [hash] };
    if (holder && readNumber(holder, 'key_number') !== number) throw new KeyConflict('hash');
  }
  if (record.alias === undefined) return;
  const [namesake] = yield { text: keyByAlias, values: [record.alias] };
  if (namesake && readNumber(namesake, 'number') !== number) throw new KeyConflict('alias');
}

function* addHashes(record: KeyRecord, number: number): Script<void> {
  for (const hash of hashesOf(record)) yield { text: insertHash, values: [hash, number] };
}

function* removeHashes(row: Row, number: number): Script<void> {
  for (const hash of hashesOf(fromKeyRow(row))) yield { text: deleteHash, values: [hash, number] };
}

function* tell(change: KeyChange, account: readonly Value[]): Script<void> {
  yield { text: insertChange, values: account };
  const [news] = yield { text: insertNews, values: [change.key, change.id] };
  if (news) yield { text: forgetNews, values: [readNumber(news, 'number') - keptNews] };
}
