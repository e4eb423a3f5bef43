import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** A database without anything in between. */
export interface PlainSql {
  readonly kind: 'sqlite' | 'postgres';
  run(text: string): Promise<void>;
  /** One question with its parameters. */
  all(text: string, parameters: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export async function openPlainSql(url: string): Promise<PlainSql> {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length));
    database.exec('pragma busy_timeout = 10000; pragma synchronous = off; pragma cache_size = -524288');
    return {
      kind: 'sqlite',
      run: async (text) => database.exec(text),
      all: async (text, parameters) => database.prepare(text).all(...(parameters as (string | number)[])),
      close: async () => database.close(),
    };
  }
  const client = new pg.Client(url);
  await client.connect();
  return {
    kind: 'postgres',
    run: async (text) => void (await client.query(text)),
    all: async (text, parameters) => (await client.query<Record<string, unknown>>(text, [...parameters])).rows,
    close: async () => client.end(),
  };
}
