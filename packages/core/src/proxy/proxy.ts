import type { Handler } from '../http/handler.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { FetchDoor } from './fetch-door.ts';

/** A proxy, free of any framework. Several mounts may share one. */
export interface Proxy {
  /** Answers a request; nothing where it is not for the proxy. */
  readonly handle: Handler;
  /** The same in the form of `fetch`, for callers who speak the web's own requests, and for SDKs that take one. */
  readonly fetch: FetchDoor;
  /** Decides about a WebSocket: a relay to carry out, or the answer that refuses it. */
  upgrade(request: HttpRequest): Promise<HttpReply>;
  /** Resolves when every provider has its credential and has listed its models once; rejects with what is missing. */
  ready(): Promise<void>;
  /** Takes no more calls, waits for those under way up to `grace` milliseconds (30,000 by default), ends the rest with an error. */
  close(options?: { readonly grace?: number }): Promise<void>;
  /** The clocks of whoever writes answers out, in milliseconds. */
  readonly writing: Writing;
}

/** How answers are written out; 0 switches a clock off. */
export interface Writing {
  /** How long a caller may take nothing of his answer. */
  readonly timeout: number;
  /** Silence after which a stream shows a sign of life. */
  readonly keepAlive: number;
}

/** Tells a proxy from its options. */
export function isProxy(value: unknown): value is Proxy {
  return typeof value === 'object' && value !== null && 'handle' in value && 'upgrade' in value && 'ready' in value;
}
