import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { isWellFormed, keyAdmin } from '@ai-proxy/auth';
import { isJsonObject, nearestNames } from '@ai-proxy/core';
import type { JsonObject, KeyStore } from '@ai-proxy/core';
import { redisKeyCache } from '@ai-proxy/redis';
import { sqlKeyStore } from '@ai-proxy/sql';
import { checkFileExists, openDatabase, withoutPassword } from '../open-database.ts';
import { nameRedis } from '../open-redis.ts';
import { embedded, SettingsError } from '../server-settings.ts';

/** Administration of keys without a server: on the stores themselves, by the rules and with the accounts of `keyAdmin()`. */
export interface Administration {
  /** What a route answers. */
  ask(method: 'GET' | 'POST', target: string, body?: JsonObject): Promise<JsonObject>;
  /** The id of a key that is named by its alias, its id, or itself. */
  idOf(name: string): Promise<string>;
  /** Where the keys are, without a password. */
  readonly place: string;
  /** Who is at the keyboard, as accounts of changes name him. */
  readonly operator: string;
  close(): Promise<void>;
}

export interface AdministrationOptions {
  /** By default `DATABASE_URL`, then a file in the working directory. */
  readonly database: string | undefined;
  /** Whether a database that is not there yet is made. */
  readonly mayCreate?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export async function openAdministration({
  database,
  mayCreate = false,
  environment = process.env,
}: AdministrationOptions): Promise<Administration> {
  const url = database ?? (environment['DATABASE_URL'] || embedded);
  const redisUrl = environment['REDIS_URL'] || undefined;
  const connection = redisUrl === undefined ? undefined : nameRedis(redisUrl);
  if (!mayCreate) checkFileExists(url, 'database');
  const sql = await openDatabase(url);
  const kept = sqlKeyStore(sql);
  // With Redis, servers hear of a change at once; without it, or where it is away, within two seconds.
  const store = connection ? redisKeyCache(connection, kept, { log: quietLog }) : kept;
  const operator = operatorName();
  const masterKey = randomBytes(32).toString('hex');
  const handler = keyAdmin({ store: inTheNameOf(operator, store), masterKey });

  const ask: Administration['ask'] = async (method, target, body) => {
    const reply = await handler({
      method,
      target,
      headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
      body: body === undefined ? { kind: 'none' } : { kind: 'value', value: body },
      signal: new AbortController().signal,
    });
    const answer: unknown = typeof reply?.body === 'string' ? JSON.parse(reply.body) : undefined;
    if (!isJsonObject(answer)) throw new Error(`key administration did not answer ${method} ${target}`);
    return answer;
  };

  async function idOf(name: string): Promise<string> {
    // A key in clear is never asked for as if it was a name: names stand in the logs of databases.
    if (!isWellFormed(name)) {
      const [id] = listOf((await ask('GET', `/key/list?key_alias=${encodeURIComponent(name)}`))['keys']);
      if (typeof id === 'string') return id;
    }
    const found = await ask('GET', `/key/info?key=${encodeURIComponent(name)}`).catch(() => undefined);
    if (typeof found?.['key'] === 'string') return found['key'];
    throw await unknownKey(name);
  }

  async function unknownKey(name: string): Promise<SettingsError> {
    if (name.startsWith('sk-')) return new SettingsError('no key is the one that was given, whole and as it was printed.');
    const { keys } = await ask('GET', '/key/list?size=1000&return_full_object=true');
    const aliases = listOf(keys).flatMap((key) => (isJsonObject(key) && typeof key['key_alias'] === 'string' ? [key['key_alias']] : []));
    const [near] = nearestNames(name, aliases, 1);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return new SettingsError(`there is no key "${name.slice(0, 60)}"${hint === '' ? ';' : hint} ai-proxy keys list shows them.`);
  }

  return {
    ask,
    idOf,
    place: withoutPassword(url),
    operator,
    async close() {
      await store.close();
      await connection?.close();
      await sql.close();
    },
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The accounts of changes say who was at the keyboard. */
const inTheNameOf = (name: string, store: KeyStore): KeyStore => ({
  ...store,
  put: async (record, change) => store.put({ ...record, createdBy: name }, { ...change, by: name }),
  update: async (record, change) => store.update(record, { ...change, by: name }),
  delete: async (id, change) => store.delete(id, { ...change, by: name }),
});

/** A container may run under a number that has no name. */
function operatorName(): string {
  try {
    return userInfo().username || 'operator';
  } catch {
    return 'operator';
  }
}

/** What was not announced is heard of all the same. */
const quietLog = {
  debug() {},
  info() {},
  warn(_fields: Record<string, unknown>, message: string) {
    process.stderr.write(`ai-proxy: ${message}\n`);
  },
  error(_fields: Record<string, unknown>, message: string) {
    process.stderr.write(`ai-proxy: ${message}\n`);
  },
};
