import { authorization, credentialFor } from '../upstream/credential.ts';
import { providerUrl } from '../upstream/exchange.ts';
import { nativeAnswerHeaders } from '../upstream/native-answer-headers.ts';
import { isSecret } from '../upstream/redact.ts';
import { isRedirect, upstreamRedirect } from '../upstream/upstream-redirect.ts';
import { answerError } from '../answer/answer-error.ts';
import type { Call } from '../call/call.ts';
import { outcomeOfError } from '../receipt/outcome-of-error.ts';
import type { NativeTarget } from '../call/native-target.ts';
import type { RelayReply } from '../call/reply.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { Face } from '../faces/face.ts';
import { traceHeaders } from '../headers/trace-headers.ts';
import { requestHeadersForUpstream } from '../headers/request-headers.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpRelay, RelayClocks, RelayEnd } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Transport } from '../transport/transport.ts';
import { explainBreak } from '../transport/explain-break.ts';
import { consumptionOf } from '../provider/native-surface.ts';
import { createByteMask } from './byte-mask.ts';
import type { ByteMask } from './byte-mask.ts';
import { relayByTransport } from './relay-by-transport.ts';
import { createRelayWatch } from './relay-watch.ts';
import type { RelayWatch } from './relay-watch.ts';

/** Describes an opaque exchange: where it goes, what goes up, what comes down, and how its end is told. Nothing is sent yet. */
export async function prepareRelay(
  call: Call,
  target: NativeTarget,
  request: HttpRequest,
  face: Face,
  clocks: RelayClocks,
  transport: Transport,
): Promise<RelayReply> {
  const { provider } = target;
  const { receipt } = call;
  const credential = await credentialFor(provider, call.headers);
  const body = bodyOf(request);
  receipt.attempts = 1;
  const watch =
    provider.native && consumptionOf(target.route) !== 'nothing' && target.method !== 'HEAD'
      ? createRelayWatch(call, provider.native)
      : undefined;
  const mask = maskOf(credential, watch);

  const relay: HttpRelay = {
    kind: 'relay',
    url: providerUrl(provider, call.operation, target.path + target.query),
    method: target.method,
    headers: {
      ...requestHeadersForUpstream(call.headers),
      ...traceHeaders(call),
      ...encodingOf(request, watch),
      ...provider.headers,
      ...authorization(provider, credential),
    },
    ...(body ? { body } : {}),
    signal: call.signal,
    clocks,
    ...(mask ? { mask } : {}),
    responseHeaders(status, headers) {
      // 304 leads nowhere: it says that the caller's own copy is still good.
      if (isRedirect(status) && status !== 304) throw upstreamRedirect(provider, status);
      receipt.status = status;
      receipt.firstByte();
      watch?.begin(status, headers);
      return {
        ...nativeAnswerHeaders(headers, credential, false),
        'x-ai-proxy-id': call.id,
        'x-ai-proxy-model': provider.name,
      };
    },
    settle(end) {
      if (end.kind === 'complete') watch?.end();
      settle(call, end);
    },
    failure(error) {
      const failure = error instanceof ProxyError ? error : explainBreak(error, false);
      return answerError(failure, face, { 'x-ai-proxy-id': call.id });
    },
  };
  return {
    kind: 'relay',
    status: 200,
    headers: {},
    relay,
    carryOut: (changed, sent) => relayByTransport(changed, { body: sent }, transport),
  };
}

function settle(call: Call, end: RelayEnd): void {
  if (end.kind === 'complete') {
    call.receipt.status = end.status;
    call.receipt.settle(end.status < 400 ? 'ok' : 'provider_error');
    return;
  }
  const reason: unknown = call.signal.aborted ? call.signal.reason : end.error;
  const error = reason instanceof ProxyError ? reason : explainBreak(reason, end.status !== undefined);
  // Before any headers of the provider's the caller gets the failure's own status.
  call.receipt.status = end.status ?? error.status;
  call.receipt.settle(outcomeOfError(error), error.code ?? undefined);
}

/** All bytes of the answer pass it: what is watched is watched here, behind what hides the credential. */
function maskOf(credential: string | undefined, watch: RelayWatch | undefined): ByteMask | undefined {
  const mask = isSecret(credential) ? createByteMask(credential) : undefined;
  if (!watch) return mask;
  const seen = (bytes: Uint8Array): Uint8Array => {
    watch.see(bytes);
    return bytes;
  };
  return { push: (chunk) => seen(mask ? mask.push(chunk) : chunk), end: () => seen(mask ? mask.end() : nothing) };
}

const nothing = new Uint8Array();

/** Bytes that are not read may keep the coding they have, in both directions. */
function encodingOf(request: HttpRequest, watch: RelayWatch | undefined): Record<string, string> {
  const accepted = watch ? undefined : headerValue(request.headers, 'accept-encoding');
  const coded = request.body.kind === 'stream' ? headerValue(request.headers, 'content-encoding') : undefined;
  return { 'accept-encoding': accepted ?? 'identity', ...(coded === undefined ? {} : { 'content-encoding': coded }) };
}

function bodyOf({ body, headers }: HttpRequest): Uint8Array | undefined {
  switch (body.kind) {
    case 'none':
    case 'stream':
      return undefined;
    case 'bytes':
      return body.bytes;
    case 'value':
      if (/\bjson\b/i.test(headerValue(headers, 'content-type') ?? '')) return new TextEncoder().encode(JSON.stringify(body.value));
      throw consumed();
    case 'consumed':
      throw consumed();
  }
}

const consumed = (): ProxyError =>
  new ProxyError(
    'The body of this request was read before it reached the proxy, and cannot be put together again. ' +
      'Mount the proxy before the body parser that does so (multer, formidable, express.urlencoded and the like).',
    { status: 400, code: 'body_consumed', source: 'caller' },
  );
