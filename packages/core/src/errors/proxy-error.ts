import type { HttpHeaders } from '../http/headers.ts';
import type { ErrorCode } from './codes.ts';

/** Whose doing an error is; goes out as `x-ai-proxy-error-source`. */
export type ErrorSource = 'caller' | 'policy' | 'provider' | 'proxy';

export interface ProxyErrorOptions {
  readonly status: number;
  /** One of the proxy's own codes, or a provider's. */
  readonly code: ErrorCode | (string & {}) | null;
  /** OpenAI's `type`; by default what OpenAI uses for the status. */
  readonly type?: string;
  /** The field of the request that is at fault. */
  readonly param?: string | null;
  readonly source?: ErrorSource;
  /** Whether the same call may succeed when it is made again, here or at another provider. */
  readonly retryable?: boolean;
  /** How long to wait first, in milliseconds. */
  readonly retryAfter?: number;
  /** What the provider said, byte for byte, for routes that pass it on. */
  readonly upstream?: UpstreamAnswer;
  /** True where the caller has it already: the provider's own report has passed inside a stream. */
  readonly reported?: boolean;
  readonly cause?: unknown;
}

/** A provider's whole answer to one request, kept as it came. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly bytes: Uint8Array;
}

const brand = Symbol.for('@ai-proxy/core/ProxyError');

/** The one error of the proxy. Its message is made for the caller: it says what was wrong, where, and what to do. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly status: number;
  readonly code: string | null;
  readonly type: string;
  readonly param: string | null;
  readonly source: ErrorSource;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly upstream: UpstreamAnswer | undefined;
  readonly reported: boolean;

  /** Bundlers may keep a copy of this package for each of their bundles: the error of one is known to the others. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }

  constructor(message: string, options: ProxyErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.status = options.status;
    this.code = options.code;
    this.type = options.type ?? errorTypeOf(options.status);
    this.param = options.param ?? null;
    this.source = options.source ?? 'proxy';
    this.retryable = options.retryable ?? false;
    this.retryAfter = options.retryAfter;
    this.upstream = options.upstream;
    this.reported = options.reported ?? false;
  }
}

/** The `type` that OpenAI's API gives to errors of a status. */
export function errorTypeOf(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 408:
    case 504:
      return 'timeout_error';
    case 429:
      return 'rate_limit_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}
