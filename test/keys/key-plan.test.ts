import { afterAll, describe, expect, it } from 'vitest';
import { openDatabases } from '../../packages/sql/test/keys/open-databases.ts';
import { auditQuestion, keysQuestion } from '../../packages/sql/src/keys/read-pages.ts';
import type { Question } from '../../packages/sql/src/database/script.ts';
import { keyByAlias, keyByHash, keyById, keysByHashes, lastNews, lastNumber, newsFrom } from '../../packages/sql/src/keys/statements.ts';
import { openPlainSql } from '../ledger/plain-sql.ts';
import { fillKeys } from './fill-keys.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

const hash = new Uint8Array(32);
const questions: readonly (readonly [string, Question | undefined])[] = [
  ['a key by its id', { text: keyById, values: ['key_1'] }],
  ['a key by its alias', { text: keyByAlias, values: ['service-7'] }],
  ['the last number', { text: lastNumber, values: [] }],
  ['changes since a position', { text: newsFrom, values: [4990] }],
  ['the last change', { text: lastNews, values: [] }],
  ['keys by owner', keysQuestion({ owner: 'owner-7' }, 'key_0', 101)],
  ['keys by team', keysQuestion({ team: 'team-7' }, undefined, 101)],
  ['keys by the one above', keysQuestion({ parent: 'key_7' }, 'key_0', 101)],
  ['all keys, page by page', keysQuestion({}, 'key_0', 101)],
  ['accounts of a key', auditQuestion({ key: 'key_7' }, undefined, 101)],
  ['accounts of whom', auditQuestion({ by: 'operator' }, 'x', 101)],
  ['accounts, page by page', auditQuestion({}, 'x', 101)],
];

const filling = `insert into ai_proxy_key_changes (id, at, made_by, action, key_id, before, after)
  select 'change_' || number, number, 'operator', 'generate', id, '{}', '{}' from ai_proxy_keys`;
const news = "insert into ai_proxy_key_news (number, key_id, change_id) select number, id, 'change_' || number from ai_proxy_keys";

describe.each(databases.kinds)('the tables of 5,000 keys in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing)('are searched by their indexes', { timeout: 60_000 }, async () => {
    const database = await databases.open(kind);
    await database.connect();
    await fillKeys(database.url, 5000, () => {});
    const plain = await openPlainSql(database.url);
    for (const text of [filling, news, 'analyze']) await plain.run(text);
    const byHash: Question = kind === 'sqlite' ? { text: keyByHash, values: [hash] } : { text: keysByHashes, values: ['{"\\\\x00"}'] };
    for (const [what, question] of [['keys by hash', byHash] as const, ...questions]) {
      // The end of a table is its index in SQLite, which calls it a scan.
      if (kind === 'sqlite' && what === 'the last change') continue;
      const { text = '', values = [] } = question ?? {};
      const rows =
        kind === 'sqlite'
          ? await plain.all(`explain query plan ${text.replaceAll(/\$(\d+)/g, '?$1')}`, values)
          : await plain.all(`explain ${text}`, values);
      const plan = rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']).trim()).join('\n');
      expect(plan).toMatch(/using (?:integer primary key|primary key|(?:covering )?index)|Index (?:Only )?Scan|^SEARCH ai_proxy/im);
      expect(plan).not.toMatch(/^SCAN (?!.*USING)|Seq Scan on ai_proxy|USE TEMP B-TREE/m);
    }
    await plain.close();
  });
});
