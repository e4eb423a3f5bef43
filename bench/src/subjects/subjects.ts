import type { Server } from 'node:http';
import type { Request, Row } from '../rows.ts';
import type { Stores } from './everything.ts';

/** The proxies that are measured, and `direct`: no proxy, the upstream by itself. */
export const subjectNames = ['direct', 'bare', 'hpm', 'ours', 'all-memory', 'all-sqlite', 'all-redis'] as const;

export type SubjectName = (typeof subjectNames)[number];

/** A subject that runs in a process of its own. */
export type ProxyName = Exclude<SubjectName, 'direct'>;

export const isProxyName = (name: string | undefined): name is ProxyName =>
  name !== 'direct' && subjectNames.some((known) => known === name);

/** What a subject is given beside its name. */
export interface SubjectParts {
  readonly upstream: URL;
  /** The virtual key of those that ask for one. */
  readonly key: string;
  /** Where the Redis of this run is, if it has one. */
  readonly redisUrl: string | undefined;
}

/** Loads one proxy and none of the others: what a process has loaded is a part of what it costs. */
export async function createSubject(name: ProxyName, parts: SubjectParts): Promise<Server> {
  const { upstream } = parts;
  switch (name) {
    case 'bare':
      return (await import('./bare.ts')).bare(upstream);
    case 'hpm':
      return (await import('./http-proxy-middleware.ts')).httpProxyMiddleware(upstream);
    case 'ours':
      return (await import('./ai-proxy.ts')).ours(upstream);
    case 'all-memory':
    case 'all-sqlite':
    case 'all-redis':
      return (await import('./everything.ts')).everything({ ...parts, stores: storesOf(name) });
    default:
      return name satisfies never;
  }
}

const storesOf = (name: `all-${Stores}`): Stores => name.slice('all-'.length) as Stores;

/** Whether a subject is ours, with whatever is switched on. */
const isOurs = (subject: SubjectName): boolean => subject === 'ours' || asksForKey(subject);

/** Whether callers have to present a virtual key. The others hand on the upstream's. */
export const asksForKey = (subject: SubjectName): boolean => subject.startsWith('all-');

/** What a subject is asked for a row. Ours is asked in the row's own API; the others know nothing but the upstream's. */
export const requestOf = (subject: SubjectName, row: Row): Request => (isOurs(subject) ? row.ours : row.copied);

/** Whether the answer must be the upstream's, byte for byte. */
export const keepsBytes = (subject: SubjectName, row: Row): boolean => !isOurs(subject) || row.face === 'native';
