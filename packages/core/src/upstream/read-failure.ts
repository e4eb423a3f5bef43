import { ProxyError } from '../errors/proxy-error.ts';
import type { UpstreamAnswer } from '../errors/proxy-error.ts';
import type { Provider, ProviderFailure } from '../provider/provider.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { TransportResponse } from '../transport/transport.ts';
import { collect } from '../body/collect.ts';
import { decodeAnswer } from './decode-answer.ts';
import { redactReport, redactValue, withoutCredential } from './redact.ts';
import { readRetryAfter } from './retry-after.ts';
import { isRedirect, upstreamRedirect } from './upstream-redirect.ts';

/** An error page of more than this says nothing that helps. */
const failureLimit = 1024 * 1024;

const retryableStatuses: ReadonlySet<number> = new Set([408, 409, 429, 502, 503, 504, 529]);

/** Reads an answer that is not 2xx whole, and says what it means. */
export async function readFailure(provider: Provider, response: TransportResponse, credential: string | undefined): Promise<ProxyError> {
  const { status, headers } = response;
  if (isRedirect(status)) {
    await collect(response.body, 0);
    return upstreamRedirect(provider, status);
  }
  const bytes = (await collect(decodeAnswer(response), failureLimit)) ?? new Uint8Array();
  const { text, body } = redactReport(new TextDecoder().decode(bytes), credential);
  const upstream: UpstreamAnswer = { status, headers: withoutCredential(headers, credential), bytes: new TextEncoder().encode(text) };
  return failureOf(provider, { status, headers, body }, upstream);
}

/** How a failure inside a good answer reaches callers of the provider's own dialect. */
export interface InsideFailureOptions {
  /** The provider's report has passed already. */
  readonly reported?: boolean;
  /** The bytes of the report. */
  readonly bytes?: Uint8Array;
}

/** An error that came inside an answer which had begun well. */
export function readFailureInside(
  provider: Provider,
  body: unknown,
  credential: string | undefined,
  options: InsideFailureOptions = {},
): ProxyError {
  return failureOf(provider, { status: 200, headers: {}, body: redactValue(body, credential) }, undefined, options);
}

function failureOf(
  provider: Provider,
  answer: { status: number; headers: HttpHeaders; body: unknown },
  upstream?: UpstreamAnswer,
  { reported = false, bytes }: InsideFailureOptions = {},
): ProxyError {
  const failure = provider.error(answer);
  const status = failure.status ?? (answer.status < 400 ? 502 : answer.status);
  const retryAfter = readRetryAfter(answer.headers);
  const shared = {
    source: 'provider' as const,
    retryable: failure.retryable ?? retryableStatuses.has(status),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(upstream ? { upstream } : {}),
    ...(bytes ? { upstream: { status, headers: { 'content-type': 'application/json' }, bytes } } : {}),
    reported,
  };
  if ((answer.status === 401 || answer.status === 403) && concernsOperator(provider, failure)) {
    return new ProxyError(
      `"${provider.name}" refused the credential that this proxy uses (${answer.status}). The operator has to check the key of this provider; your own key is not at fault.`,
      { ...shared, status: 502, code: 'provider_credentials', retryable: false, cause: failure.message },
    );
  }
  return new ProxyError(failure.message, {
    ...shared,
    status,
    code: failure.code ?? null,
    param: failure.param ?? null,
    ...(failure.type === undefined ? {} : { type: failure.type }),
  });
}

/** A credential that the caller brought is the caller's affair, and so is a refusal that is not about credentials. */
const concernsOperator = (provider: Provider, failure: ProviderFailure): boolean =>
  typeof provider.apiKey !== 'symbol' && failure.credentials !== false;
