import type { DatabaseKind } from '../database/open-sql.ts';

/** What is asked of the table of owners. Names of objects come as one list in JSON, so that a question reads alike for one and for hundreds. */
export interface OwnerStatements {
  /** Where each stands in the list, and whose it is. */
  readonly find: string;
  /** Leaves alone what belongs to somebody. */
  readonly record: string;
  readonly forget: string;
  readonly count: string;
  /** From a cursor on; the first page has one before everything. */
  readonly list: string;
}

/** The list `[[provider, kind, id, owner], …]` as rows. */
const listed: Readonly<Record<DatabaseKind, string>> = {
  sqlite:
    '(select key as place, value ->> 0 as provider, value ->> 1 as kind, value ->> 2 as id, value ->> 3 as owner from json_each($1)) as asked',
  postgres:
    '(select place - 1 as place, value ->> 0 as provider, value ->> 1 as kind, value ->> 2 as id, value ->> 3 as owner from json_array_elements($1::json) with ordinality as one(value, place)) as asked',
};

const isAsked = 'known.provider = asked.provider and known.kind = asked.kind and known.id = asked.id';

export const ownerStatements = (kind: DatabaseKind): OwnerStatements => ({
  find: `select asked.place as place, known.owner as owner from ${listed[kind]} join ai_proxy_objects as known on ${isAsked}`,
  // "where true" keeps SQLite from reading what follows as the condition of a join.
  record: `insert into ai_proxy_objects (provider, kind, id, owner, noted_at) select provider, kind, id, owner, ${kind === 'sqlite' ? '$2' : '$2::bigint'} from ${listed[kind]} where true on conflict do nothing`,
  forget: `delete from ai_proxy_objects as known where exists (select 1 from ${listed[kind]} where ${isAsked})`,
  count: 'select count(*) as objects from ai_proxy_objects where owner = $1 and provider = $2 and kind = $3',
  list: 'select provider, kind, id, owner from ai_proxy_objects where owner = $1 and (provider, kind, id) > ($2, $3, $4) order by provider, kind, id limit $5',
});
