import { isIP } from 'node:net';
import type { Cors } from '@ai-proxy/core';

/** What the command is told, by its arguments and its environment. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly cors: Cors | false;
  /** Names under which a server in front hands requests on, beside those of this machine itself. */
  readonly hosts: readonly string[];
  readonly demo: boolean;
  /** Where the ledger is kept: `sqlite:PATH` or `postgres://…`; without it calls are counted and not kept. */
  readonly database: string | undefined;
  /** The folder of the ledger's journal; by default beside the database's file, or in the working directory. */
  readonly journal: string | undefined;
  /** Where several instances count together: `redis://…`; read only with a master key. Without it the database counts. */
  readonly redis: string | undefined;
  /** The operator's own key: with it callers need keys, and keys and the ledger are kept even where no database is named. */
  readonly masterKey: string | undefined;
}

export interface ServerArguments {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly cors?: string | undefined;
  readonly hosts?: string | undefined;
  readonly demo: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A mistake in the arguments or the environment; its message is all that is printed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Arguments win over the environment. */
export function readServerSettings(given: ServerArguments, environment: Environment): ServerSettings {
  const host = given.host ?? nonEmpty(environment.HOST) ?? '127.0.0.1';
  const masterKey = readMasterKey(nonEmpty(environment.AI_PROXY_MASTER_KEY));
  if (masterKey === undefined && !isLoopback(host)) {
    throw new SettingsError(
      `it will not listen on "${host}": no caller is asked for a key, so whoever reaches that address could spend what your providers charge. ` +
        'Set AI_PROXY_MASTER_KEY, and every caller needs a key of his own; or listen on 127.0.0.1, behind a server of yours that checks callers.',
    );
  }
  return {
    host,
    port: readPort(given.port ?? nonEmpty(environment.PORT) ?? '8787'),
    cors: readCors(given.cors ?? nonEmpty(environment.AI_PROXY_CORS)),
    hosts: readHosts(given.hosts ?? nonEmpty(environment.AI_PROXY_HOSTS)),
    demo: given.demo,
    database: nonEmpty(environment.DATABASE_URL) ?? (masterKey === undefined ? undefined : embedded),
    journal: nonEmpty(environment.AI_PROXY_JOURNAL),
    redis: masterKey === undefined ? undefined : nonEmpty(environment.REDIS_URL),
    masterKey,
  };
}

/** The database where none is named: a file in the working directory. */
export const embedded = 'sqlite:ai-proxy.db';

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function readMasterKey(text: string | undefined): string | undefined {
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new SettingsError('AI_PROXY_MASTER_KEY has to be letters, digits and signs of ASCII without spaces: it is sent in a header.');
}

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new SettingsError(`"${text}" is not a port: give a number from 0 to 65535 (0 takes a free one).`);
}

function readCors(text: string | undefined): Cors | false {
  if (text === undefined) return false;
  if (text.trim() === '*') return { origins: '*' };
  const origins = text.split(',').map((origin) => origin.trim());
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return { origins };
  throw new SettingsError(`"${wrong}" is not an origin: write it as https://app.example.com, without a path.`);
}

function readHosts(text: string | undefined): string[] {
  const hosts = (text ?? '').split(',').map((host) => host.trim().toLowerCase());
  const wrong = hosts.find((host) => host !== '' && !/^[a-z0-9.-]+$/.test(host));
  if (wrong === undefined) return hosts.filter((host) => host !== '');
  throw new SettingsError(`"${wrong}" is not the name of a host: write it as ai.example.com, without scheme, port and path.`);
}
