import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSql } from '../src/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-documents-'));
const docs = join(import.meta.dirname, '../../../docs');
const ledger = await readFile(join(docs, 'ledger.md'), 'utf8');
const tables = [
  ledger.slice(ledger.indexOf('## The tables'), ledger.indexOf('## A ledger of your own')),
  await readFile(join(docs, 'databases.md'), 'utf8'),
].join('\n');
const database = openSql(`sqlite:${join(folder, 'ledger.db')}`);
const found = await (await database.connect()).introspection.getTables();
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

describe('docs/ledger.md and docs/databases.md', () => {
  it('names every table', () => {
    expect(found.map(({ name }) => name).filter((name) => !tables.includes(`\`${name}\``) && !name.includes('migration'))).toEqual([]);
  });

  it.each(found.filter(({ name }) => !name.includes('migration')).map(({ name, columns }) => [name, columns] as const))(
    'names every column of %s',
    (name, columns) => {
      const text = tables.slice(tables.indexOf(`\`${name}\``));
      expect(columns.map((column) => column.name).filter((column) => !text.includes(`\`${column}\``))).toEqual([]);
    },
  );
});
