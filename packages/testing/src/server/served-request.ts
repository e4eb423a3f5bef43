import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';

/** One request as the pure part of a simulator sees it. */
export interface ServedRequest {
  /** Counts from 0 over the life of the simulator. */
  readonly index: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Media type in lower case without parameters; empty where none was sent. */
  readonly mediaType: string;
  readonly body: Uint8Array;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Into how many content chunks streams of a model are cut, where that is set. */
  chunks(model: string): number | undefined;
}

/** What a simulator makes of a request. */
export interface Served {
  readonly answer: Answer;
  /** Decides which behaviour applies. */
  readonly model?: string;
  /** Faults that are set as plain data touch inference only, so that listings stay right. */
  readonly inference: boolean;
}

/** The pure part of a simulator. */
export type Serve = (request: ServedRequest) => Served;
