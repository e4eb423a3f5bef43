import type { ByteMask } from '../relay/byte-mask.ts';
import type { HttpHeaders } from './headers.ts';

/** What a binding writes out. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body?: string | Uint8Array | HttpStream | HttpRelay;
}

/**
 * A body that is still being made. Each chunk is whole events or lines, so that `keepAlive` may be written between any two.
 * When the iteration throws, the connection is cut after what was already yielded: the answer has no end. A binding that writes to sockets takes them by
 * `toFlow`, which costs less than iteration.
 */
export interface HttpStream {
  readonly kind: 'stream';
  readonly chunks: AsyncIterable<string | Uint8Array>;
  /** A sign of life to write while nothing else comes. */
  readonly keepAlive?: string;
}

/** An exchange that the binding carries out itself, byte for byte, between its caller and one upstream. */
export interface HttpRelay {
  readonly kind: 'relay';
  readonly url: URL;
  readonly method: string;
  /** Every header that goes up; nothing else does. */
  readonly headers: Record<string, string>;
  /** The bytes to send where a parser has read the caller's stream; otherwise the stream itself goes up. */
  readonly body?: Uint8Array;
  /** Aborts when the exchange has to end: the caller has left, the call's time is over, the server is going. */
  readonly signal: AbortSignal;
  /** In milliseconds; 0 is off. */
  readonly clocks: RelayClocks;
  /** Every byte of the answer's body passes it: it hides the credential that went up, and sees what the answer says it cost. Absent where neither is due. */
  readonly mask?: ByteMask;
  /** Which of the upstream's headers come down, and how. */
  readonly responseHeaders: (status: number, headers: HttpHeaders) => Record<string, string | string[]>;
  /** Says once how it ended. */
  readonly settle: (end: RelayEnd) => void;
  /** An answer of ours, in the dialect of the route, for a relay that failed before its headers. */
  readonly failure: (error: unknown) => HttpReply;
}

/** How long an exchange may take to connect, to begin with its answer, and to fall silent while somebody waits for it. */
export interface RelayClocks {
  readonly connect: number;
  readonly firstByte: number;
  readonly idle: number;
}

export type RelayEnd =
  | { readonly kind: 'complete'; readonly status: number; readonly bytes: number }
  | { readonly kind: 'broken'; readonly status?: number; readonly error: unknown };
