import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DatabaseKind } from '../database/open-sql.ts';

/** A column and what its values are in SQL. */
export interface InsertColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'bigint' | 'double precision';
}

/**
 * `insert into … select` from rows that are handed over as one JSON text: the statement is the same for one row and for a thousand, so that it is built and
 * compiled once, and no number of rows is too many for the bound on parameters.
 */
export function insertRows(kind: DatabaseKind, table: string, columns: readonly InsertColumn[], rows: string): RawBuilder<unknown> {
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const values = sql.join(columns.map(({ type }, index) => sql`cast(r.value ->> ${sql.lit(index)} as ${sql.raw(type)})`));
  const source = kind === 'sqlite' ? sql`json_each(${rows})` : sql`jsonb_array_elements(cast(${rows} as jsonb))`;
  // SQLite takes an ON CONFLICT that follows a FROM for a join, unless a WHERE stands between.
  return sql`insert into ${sql.table(table)} (${names}) select ${values} from ${source} as r where true`;
}

/** Rows as {@link insertRows} takes them. */
export function toRowsText<Row>(columns: readonly (InsertColumn & { readonly name: keyof Row })[], rows: readonly Row[]): string {
  return JSON.stringify(rows.map((row) => columns.map(({ name }) => row[name])));
}

/** The columns of a row type, each named once: one that is missing does not compile. */
export function columnsOf<Row>(types: {
  readonly [Name in keyof Row]-?: InsertColumn['type'];
}): readonly (InsertColumn & { readonly name: keyof Row & string })[] {
  return (Object.entries(types) as [keyof Row & string, InsertColumn['type']][]).map(([name, type]) => ({ name, type }));
}
