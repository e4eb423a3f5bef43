import type { Call } from '../call/call.ts';
import type { ProxyError } from '../errors/proxy-error.ts';

/** How answers reach one caller, in its own dialect. Has the state of one answer. */
export interface Encoder {
  readonly contentType: string;
  readonly streamContentType: string;
  /** A whole answer. */
  value(value: unknown): string;
  /** One chunk of a stream, as whole frames; empty where the dialect has nothing to say. */
  chunk(chunk: unknown): string;
  /** The mark of a complete stream. */
  end(): string;
  /** A failure inside a stream that has begun, as a whole frame. */
  fail(error: ProxyError): string;
  /** A sign of life that every client of the dialect ignores; absent where there is none. */
  readonly keepAlive?: string;
}

/** How a caller speaks. Pure: reads what was asked, writes what is answered. */
export interface Face {
  readonly name: string;
  /** Whether its callers speak a provider's own dialect: they get what the provider says as it is. */
  readonly isNative: boolean;
  createEncoder(call: Call): Encoder;
  /** The JSON body of an error. */
  errorBody(error: ProxyError): unknown;
}
