import type { CanonicalOperation, ErrorAnswer, JsonObject, JsonValue, ModelInfo, Provider, ProviderFailure, Usage } from '@ai-proxy/core';

/** What a contract is checked with: a provider, and what its upstream was once seen to answer. */
export interface ProviderContractOptions {
  readonly provider: Provider;
  /** At least one for each operation of the provider; for each that streams, one with a recorded stream. */
  readonly cases: readonly ProviderCase[];
  /** Recorded answers that report a failure. Made-up ones are tried in any case; none by default. */
  readonly errors?: readonly ErrorCase[];
  /** The parsed body of a recorded listing; must be given where the provider lists models. */
  readonly models?: JsonValue;
  /** Recorded answers of native routes; at least one stream for each operation that streams and is not shut. */
  readonly native?: readonly NativeCase[];
}

/** One canonical request, and what became of it. */
export interface ProviderCase {
  /** Tells the cases of one operation apart. */
  readonly title: string;
  readonly operation: CanonicalOperation;
  /** The request as a caller of OpenAI's API writes it, without `stream`. */
  readonly input: JsonObject;
  /** The model as the provider names it; by default that of the input. */
  readonly model?: string;
  /** What a listing would have said of the model; nothing by default. */
  readonly modelInfo?: ModelInfo;
  /** The fields that must be reported as dropped, and no others; none by default. */
  readonly drops?: readonly string[];
  /** Parsed bodies of the upstream's 2xx answers: one for each request that the input becomes. */
  readonly answers?: readonly JsonValue[];
  /** The body of the upstream's stream, byte for byte. */
  readonly stream?: string | Uint8Array;
  /** How that stream ends: `complete` by default, `incomplete` where it breaks off, `failure` where it reports one. */
  readonly streamEnds?: 'complete' | 'incomplete' | 'failure';
}

/** A recorded failure, and what the provider must make of it. */
export interface ErrorCase extends Partial<ErrorAnswer> {
  readonly title: string;
  readonly status: number;
  /** What the failure must say; members that are not given are not compared. */
  readonly means: Partial<ProviderFailure>;
}

/** A recorded answer of a native route. */
export interface NativeCase {
  readonly title: string;
  /** The route's word for it. */
  readonly operation: string;
  /** The parsed body of a whole answer. */
  readonly answer?: JsonValue;
  /** The body of a stream, byte for byte. */
  readonly stream?: string | Uint8Array;
  /** A text in the stream: from the frame that holds it on, a body that ends is whole. By default the last frame is the end. */
  readonly wholeFrom?: string;
  /** What the answer or the stream says it consumed; not compared by default. */
  readonly usage?: Usage;
}
