import type { Frame, Framing } from '../framing/frame.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { JsonObject } from '../json/json.ts';
import type { NativeSurface } from './native-surface.ts';
import type { ApiKey } from './credential.ts';

/**
 * How one upstream speaks. A plain object of pure functions: it never sees a socket, a timer or another call.
 * The canonical form on the caller's side of every function is OpenAI's.
 */
export interface Provider {
  /** Unique among the providers of a proxy; the segment of its native routes and the prefix of its models. */
  readonly name: string;
  /** Which system it is, by OpenTelemetry's GenAI conventions: `mistral_ai`, `ollama`, `openai`. */
  readonly system: string;
  /**
   * Absolute URL before the paths of its requests, without a trailing slash; a function where operations live on different hosts.
   * Asked at every request, so that an environment is read at the first use and not at construction.
   */
  readonly baseURL: string | ((operation: string) => string);
  /** The operator's credential; absent for servers that ask for none. */
  readonly apiKey?: ApiKey;
  /** How a credential is presented; `Authorization: Bearer` by default. */
  readonly authorize?: (credential: string) => Record<string, string>;
  /** Headers of every request. */
  readonly headers?: Record<string, string>;
  /** The canonical operations that it serves. One that is missing is refused with 400 `unsupported_operation`. */
  readonly operations: Readonly<Partial<Record<CanonicalOperation, ProviderOperation>>>;
  /** What it lists; absent where there is no listing. */
  readonly models?: ModelListing;
  /** What callers of the OpenAI face get of its answer headers: rate limits, request ids. Nothing else comes down. */
  readonly answerHeaders?: (headers: HttpHeaders) => Record<string, string>;
  /** Reads an answer that is not 2xx, or an error inside one. */
  readonly error: (answer: ErrorAnswer) => ProviderFailure;
  /** The provider's own API under `<mount>/<name>/…`; absent where it has none. */
  readonly native?: NativeSurface;
}

/** The operations with a canonical form. */
export type CanonicalOperation = 'chat' | 'completions' | 'fim' | 'embeddings' | 'moderations';

/** One operation: canonical input up, canonical output down. */
export interface ProviderOperation {
  /**
   * The files that have to be fetched before the request can be made, for providers that take none by URL: one for each place that names one, also where
   * a URL comes twice. Asked only where the operator has switched `remoteFiles` on; what was fetched is then in `call.fetched`. It is asked before the
   * input has been judged: what it cannot read it passes over, and `request` refuses it.
   */
  fetches?(input: JsonObject, call: ProviderCall): readonly RemoteFile[];
  request(input: JsonObject, call: ProviderCall): UpstreamRequest | UpstreamRequests;
  /** Turns the parsed body of a 2xx answer into canonical output. May throw a `ProxyError`. */
  response(body: unknown, call: ProviderCall): JsonObject;
  readonly stream?: {
    readonly framing: Framing;
    createDecoder(call: ProviderCall): StreamDecoder;
  };
}

/** A file that a request only names. */
export interface RemoteFile {
  /** As the caller wrote it. */
  readonly url: string;
  /** The field of the request that holds it, for messages: `messages[0].content[1].image_url.url`. */
  readonly param: string;
  /** Media types that the provider can use, of those that can be told by their first bytes: `image/png`, `image/jpeg`, `image/webp`, `image/gif`. */
  readonly accept: readonly string[];
  /** The largest that the provider takes; the operator's own bound holds in any case. */
  readonly maxBytes?: number;
}

/** What a URL led to. */
export interface FetchedFile {
  /** The media type, by its bytes. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** One request to the provider; JSON goes up. */
export interface UpstreamRequest {
  /** `POST` by default. */
  readonly method?: string;
  /** Appended to the base URL. */
  readonly path: string;
  readonly body?: JsonObject;
}

/** Several requests that serve one call, side by side; only for calls that do not stream. */
export interface UpstreamRequests {
  readonly requests: readonly UpstreamRequest[];
  /** Makes one canonical output of the outputs, in the order of the requests. */
  combine(outputs: readonly JsonObject[]): JsonObject;
}

/** What a provider's functions may know of the call they serve. */
export interface ProviderCall {
  /** The proxy's id of the call. */
  readonly id: string;
  readonly operation: CanonicalOperation;
  /** The model as the provider names it. */
  readonly model: string;
  /** What the provider's listing said of the model, where it has been read. */
  readonly modelInfo: ModelInfo | undefined;
  readonly stream: boolean;
  /**
   * What `fetches` declared, by the URL as it was written; absent where the operator has not switched `remoteFiles` on. It is there for `request`: once the
   * answer has begun, it is empty.
   */
  readonly fetched?: ReadonlyMap<string, FetchedFile>;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Reports a field that cannot be honoured: it goes into `x-ai-proxy-dropped`; with `strict` this throws a 400 that names it. */
  readonly drop: (field: string, reason?: string) => void;
}

/** Turns frames into canonical chunks. Has the state of one stream. */
export interface StreamDecoder {
  /** True once the end mark has come: what follows does not count, and the caller need not wait for it. `[DONE]` is known without this. */
  readonly done?: boolean;
  /** Throws a `ProxyError` where the frame is the provider's report of a failure. */
  decode(frame: Frame): readonly JsonObject[];
  /** The body ended: chunks that were held back, and whether the stream had come to its end. */
  end(): { readonly chunks: readonly JsonObject[]; readonly complete: boolean };
}

/** What a provider lists. */
export interface ModelListing {
  /** Path of the listing, appended to the base URL. */
  readonly path: string;
  /** Reads the parsed body; an alias is an entry of its own. */
  read(body: unknown): readonly ModelInfo[];
}

export interface ModelInfo {
  readonly id: string;
  readonly created?: number;
  readonly ownedBy?: string;
  /** What it can do, in the words of the house: `chat`, `completions`, `fim`, `embeddings`, `moderations`, `ocr`, `audio`, `tools`, `vision`, `reasoning`; absent where unknown. */
  readonly capabilities?: ReadonlySet<string>;
  readonly contextLength?: number;
  /** Other names of the same model. */
  readonly aliases?: readonly string[];
}

/** An answer that reports a failure. */
export interface ErrorAnswer {
  /** 200 where the failure came inside an answer that had begun well. */
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The parsed body where it was JSON, the text otherwise. */
  readonly body: unknown;
}

/** What it means. */
export interface ProviderFailure {
  readonly message: string;
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
  /** The status that the failure deserves, where the answer's own does not say it. */
  readonly status?: number;
  /** Overrides what the status says about trying again. */
  readonly retryable?: boolean;
  /** False where a 401 or 403 is not about the credential: a guardrail, a forbidden model. */
  readonly credentials?: boolean;
}

/** Typed identity: checks a provider's shape where it is written. */
export function defineProvider<const P extends Provider>(provider: P): P {
  return provider;
}
