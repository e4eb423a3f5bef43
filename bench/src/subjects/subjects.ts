import type { Server } from 'node:http';
import type { Request, Row } from '../rows.ts';

/** The proxies that are measured, and `direct`: no proxy, the upstream by itself. */
export const subjectNames = ['direct', 'bare', 'hpm', 'ours'] as const;

export type SubjectName = (typeof subjectNames)[number];

/** A subject that runs in a process of its own. */
export type ProxyName = Exclude<SubjectName, 'direct'>;

export const isProxyName = (name: string | undefined): name is ProxyName =>
  name !== 'direct' && subjectNames.some((known) => known === name);

/** Loads one proxy and none of the others: what a process has loaded is a part of what it costs. */
export async function createSubject(name: ProxyName, upstream: URL): Promise<Server> {
  switch (name) {
    case 'bare':
      return (await import('./bare.ts')).bare(upstream);
    case 'hpm':
      return (await import('./http-proxy-middleware.ts')).httpProxyMiddleware(upstream);
    case 'ours':
      return (await import('./ai-proxy.ts')).ours(upstream);
    default:
      return name satisfies never;
  }
}

/** What a subject is asked for a row. Ours is asked in the row's own API; the others know nothing but the upstream's. */
export const requestOf = (subject: SubjectName, row: Row): Request => (subject === 'ours' ? row.ours : row.copied);

/** Whether the answer must be the upstream's, byte for byte. */
export const keepsBytes = (subject: SubjectName, row: Row): boolean => subject !== 'ours' || row.face === 'native';
