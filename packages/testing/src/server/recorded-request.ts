import type { IncomingHttpHeaders } from 'node:http';
import type { Truth } from './answer.ts';

/**
 * How an exchange ended. `answered`: written to its end. `closed-by-peer`: the connection went away before that.
 * `closed-by-server`: a fault or `close()` cut it.
 */
export type Ending = 'answered' | 'closed-by-peer' | 'closed-by-server';

/** One request that a simulator got, and what became of its answer. */
export interface RecordedRequest {
  /** Counts from 0 over the life of the simulator. */
  readonly index: number;
  readonly method: string;
  /** As it came over the wire, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, with their spelling and order. */
  readonly rawHeaders: readonly string[];
  /** The bytes that have come so far; all of them once `bodyComplete`. */
  readonly body: Uint8Array;
  readonly bodyComplete: boolean;
  /** The parsed body; nothing where it is not JSON. */
  readonly json: unknown;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  /** Status of the answer; nothing until its head was written. */
  readonly status: number | undefined;
  /** Whether the peer closed the connection before the answer was whole. */
  readonly closedByPeer: boolean;
  /** Settles when the exchange is over, however it ended. */
  readonly ended: Promise<Ending>;
  /** Stream events that were given to the socket while the peer was there. */
  readonly eventsWritten: number;
  /** Stream events that were left over because the peer had gone or a fault had cut the answer. */
  readonly eventsUnsent: number;
  /** Body bytes given to the socket. */
  readonly bytesWritten: number;
  /** What a caller must see when the answer gets through. */
  readonly truth: Truth | undefined;
}

/** The same while it is being filled. */
export type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] } & {
  /** The first call decides. */
  finish(ending: Ending): void;
};

/** Opens the record of a request whose head has come. */
export function openRecord(head: Pick<RecordedRequest, 'index' | 'method' | 'path' | 'headers' | 'rawHeaders'>): OpenRecord {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let over = false;
  const record: OpenRecord = {
    ...head,
    body: new Uint8Array(),
    bodyComplete: false,
    json: undefined,
    startedAt: Date.now(),
    status: undefined,
    closedByPeer: false,
    ended: promise,
    eventsWritten: 0,
    eventsUnsent: 0,
    bytesWritten: 0,
    truth: undefined,
    finish(ending) {
      if (over) return;
      over = true;
      record.closedByPeer = ending === 'closed-by-peer';
      resolve(ending);
    },
  };
  return record;
}
