import type { KeyChanges } from '@ai-proxy/core';
import type { KeyTables } from './key-tables.ts';
import { readNumber, readText } from './rows/read-column.ts';
import type { Row } from '../database/script.ts';
import { lastNews, newsFrom } from './statements.ts';

/**
 * What has changed since a position. A position names a change by its number and its id: of a database that was restored from a copy, or is another one, the
 * number may be there as well, but not with this id.
 */
export async function readChanges(tables: KeyTables, since: string | undefined): Promise<KeyChanges> {
  if (since === undefined) return { ids: [], position: await lastPosition(tables), all: false };
  const [, digits, id] = /^(\d{1,15})\.(.*)$/s.exec(since) ?? [];
  if (digits === undefined || id === undefined) return forgetAll(tables);
  const number = Number(digits);
  const rows = await tables.read({ text: newsFrom, values: [number] });
  if (!isThere(rows[0], number, id)) return forgetAll(tables);
  const news = number === 0 ? rows : rows.slice(1);
  const last = news.at(-1);
  return { ids: [...new Set(news.map((row) => readText(row, 'key_id')))], position: last ? toPosition(last) : since, all: false };
}

/** Whether what is kept reaches back to a position. Number 0 is from before the first change. */
function isThere(first: Row | undefined, number: number, id: string): boolean {
  if (number === 0) return id === '' && (!first || readNumber(first, 'number') === 1);
  return first !== undefined && readNumber(first, 'number') === number && readText(first, 'change_id') === id;
}

/** The position is read before anything is forgotten: what changes after it is told next time. */
const forgetAll = async (tables: KeyTables): Promise<KeyChanges> => ({ ids: [], position: await lastPosition(tables), all: true });

async function lastPosition(tables: KeyTables): Promise<string> {
  const [last] = await tables.read({ text: lastNews, values: [] });
  return last ? toPosition(last) : '0.';
}

const toPosition = (row: Row): string => `${readNumber(row, 'number')}.${readText(row, 'change_id')}`;
