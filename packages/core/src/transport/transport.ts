import type { HttpHeaders } from '../http/headers.ts';

/** The one way out. It owns sockets, clocks and aborts; it never follows a redirect. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Lets go of idle connections. */
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Ends the exchange in whatever phase it is. */
  readonly signal: AbortSignal;
  readonly clocks: TransportClocks;
  /** To be called when the request goes up on a connection that stands: from then on the provider may be at work. */
  readonly onSent?: () => void;
}

/** In milliseconds; 0 is off. */
export interface TransportClocks {
  /** From the request until the first byte of the answer's body. */
  readonly firstByte: number;
  /** Between two arrivals, counted only while somebody waits for the next one. */
  readonly idle: number;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Read once. Stopping early closes the connection; it throws where the answer broke off. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** What an operator may say about the way out. */
export interface TransportOptions {
  /** How long a connection may take to come about, in milliseconds; 0 is off. @default 10000 */
  readonly connectTimeout?: number;
  /** Bytes that are held for a reader who does not come. @default 262144 */
  readonly held?: number;
}
