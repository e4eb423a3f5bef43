import type { HttpRelay, HttpReply } from '../http/reply.ts';
import type { HttpRequestBody } from '../http/request.ts';

/** The answer to a call, on its way out through the stages. */
export type Reply = ValueReply | StreamReply | RelayReply;

interface ReplyHead {
  readonly status: number;
  /** Headers for the caller, by lower-case name. */
  readonly headers: Record<string, string>;
}

/** A whole answer. */
export interface ValueReply extends ReplyHead {
  readonly kind: 'value';
  /** Canonical output; on native routes what the provider said, parsed where it was JSON. */
  readonly value: unknown;
  /** The provider's own bytes, on native routes. A policy that changes `value` leaves them out. */
  readonly bytes?: Uint8Array;
}

/** An answer that is still coming. A policy's promise resolves before it ends: what needs the end listens to `receipt.settled`. */
export interface StreamReply extends ReplyHead {
  readonly kind: 'stream';
  readonly batches: AsyncIterable<ChunkBatch>;
}

/** The chunks that arrived together. */
export interface ChunkBatch {
  /** Canonical chunks, or a native stream's frames. */
  readonly chunks: readonly unknown[];
  /** Exactly the bytes that the chunks were read from, on native routes. A policy that changes `chunks` leaves them out. */
  readonly bytes?: Uint8Array;
}

/** Opaque bytes: the binding carries out the exchange itself. */
export interface RelayReply extends ReplyHead {
  readonly kind: 'relay';
  readonly relay: HttpRelay;
  /** Carries it out here, for a policy that has to see the answer first; once. */
  readonly carryOut: (relay: HttpRelay, body: HttpRequestBody) => Promise<HttpReply>;
}
