import { boundedLimit, fromKeyCursor, toKeyCursor } from '@ai-proxy/core/key-store';
import type { AuditFilter, AuditPage, KeyFilter, KeyPage } from '@ai-proxy/core';
import type { KeyTables } from './key-tables.ts';
import { fromChangeRow } from './rows/change-rows.ts';
import { fromKeyRow } from './rows/key-rows.ts';
import { isStorable } from './rows/storable-text.ts';
import type { Question, Value } from '../database/script.ts';
import { selectChanges, selectKeys } from './statements.ts';

type Condition = readonly [column: string, value: string | number | undefined];

export async function readKeys(tables: KeyTables, filter: KeyFilter = {}, cursor?: string, limit?: number): Promise<KeyPage> {
  const size = boundedLimit(limit, 100, 1000);
  const question = keysQuestion(filter, cursor, size + 1);
  const rows = question ? await tables.read(question) : [];
  const keys = rows.slice(0, size).map(fromKeyRow);
  const last = keys.at(-1);
  return { keys, next: last && rows.length > size ? toKeyCursor(last.id) : undefined };
}

export async function readAudit(tables: KeyTables, filter: AuditFilter = {}, cursor?: string, limit?: number): Promise<AuditPage> {
  const size = boundedLimit(limit, 100, 1000);
  const question = auditQuestion(filter, cursor, size + 1);
  const rows = question ? await tables.read(question) : [];
  const changes = rows.slice(0, size).map(fromChangeRow);
  const last = changes.at(-1);
  return { changes, next: last && rows.length > size ? toKeyCursor(last.id) : undefined };
}

/** Nothing where no key can be what is asked for. */
export const keysQuestion = ({ alias, owner, team, parent }: KeyFilter, cursor: string | undefined, limit: number): Question | undefined =>
  toQuestion(
    selectKeys,
    [
      ['alias =', alias],
      ['owner =', owner],
      ['team =', team],
      ['parent =', parent],
      ['id >', placeOf(cursor)],
    ],
    'order by id',
    limit,
  );

export const auditQuestion = ({ key, by, from, to }: AuditFilter, cursor: string | undefined, limit: number): Question | undefined =>
  toQuestion(
    selectChanges,
    [
      ['key_id =', key],
      ['made_by =', by],
      ['at >=', from],
      ['at <', to],
      ['id <', placeOf(cursor)],
    ],
    'order by id desc',
    limit,
  );

/** Conditions are texts of this file; what they compare with never is part of the statement. */
function toQuestion(select: string, conditions: readonly Condition[], order: string, limit: number): Question | undefined {
  const given = conditions.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
  if (given.some(([, value]) => typeof value === 'string' && !isStorable(value))) return undefined;
  const where = given.map(([column], index) => `${index === 0 ? 'where' : 'and'} ${column} $${index + 1}`).join(' ');
  const values: Value[] = [...given.map(([, value]) => value), limit];
  return { text: `${select} ${where} ${order} limit $${values.length}`, values };
}

const placeOf = (cursor: string | undefined): string | undefined => (cursor === undefined ? undefined : fromKeyCursor(cursor));
