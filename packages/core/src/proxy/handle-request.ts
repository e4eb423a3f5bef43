import { answerError } from '../answer/answer-error.ts';
import { withAnswerHeaders } from '../answer/answer-headers.ts';
import { answerReply } from '../answer/answer-reply.ts';
import { withCostInBody } from '../answer/cost-in-answer.ts';
import type { JsonRequestLimits } from '../body/read-json-request.ts';
import type { Call } from '../call/call.ts';
import { outcomeOfError } from '../receipt/outcome-of-error.ts';
import type { Reply } from '../call/reply.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { Face } from '../faces/face.ts';
import { openaiFace } from '../faces/openai/openai-face.ts';
import type { Handler } from '../http/handler.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Log } from '../log/log.ts';
import { shuttingDown } from './calls.ts';
import type { CallStart, Calls } from './calls.ts';
import { answerPreflight, corsHeaders } from './cors.ts';
import { decodeCall, outlineCall } from './decode-call.ts';
import type { RoutedCall } from './decode-call.ts';
import type { OpenedCall } from './opened-call.ts';
import type { Policy } from '../stages/policy.ts';
import type { Cors } from './options.ts';
import type { Router } from './route-request.ts';

export interface RequestHandlerOptions {
  readonly router: Router;
  readonly calls: Calls;
  readonly limits: JsonRequestLimits;
  readonly cors: Cors | false;
  /** Whether answers in OpenAI's dialect tell their cost; those in a provider's own are never changed. */
  readonly costInBody: boolean;
  readonly log: Log;
  /** Whether policies of others see the input: it is then kept from being changed where the change would be lost. */
  readonly guardsInput: boolean;
  /** Asked before a body is read. */
  readonly greeters: readonly Required<Pick<Policy, 'greet'>>[];
  /** Everything between a decoded call and its reply. */
  readonly serve: (call: OpenedCall) => Promise<Reply>;
}

/** The way of one request: routed, decoded, served, answered; every failure is answered in the dialect of its route. */
export function createRequestHandler(options: RequestHandlerOptions): Handler {
  const { router, calls, cors, log } = options;

  return async (request) => {
    const routed = router(request.method, request.target);
    if (!routed) return undefined;
    if (cors) {
      const preflight = answerPreflight(request, cors);
      if (preflight) return preflight;
    }
    const extra = cors ? corsHeaders(request, cors) : {};
    if (routed.kind === 'error') {
      const { error, face, allow } = routed;
      return answerError(error, face, allow ? { ...extra, allow: allow.join(', ') } : extra);
    }
    if (routed.kind === 'static') return { ...routed.reply, headers: { ...routed.reply.headers, ...extra } };
    if (calls.isClosing) return answerError(shuttingDown(), routed.face, extra);
    return answer(request, routed, extra);
  };

  async function answer(request: HttpRequest, routed: RoutedCall, extra: Record<string, string>): Promise<HttpReply> {
    const startedAt = performance.now();
    const { face } = routed;
    const { call, failure } = await open(request, routed, startedAt);
    const headers = (): Record<string, string> => ({
      ...extra,
      'x-ai-proxy-id': call.id,
      ...(face === openaiFace ? { 'openai-processing-ms': String(Math.round(performance.now() - startedAt)) } : {}),
    });
    try {
      if (failure !== undefined) throw failure as Error;
      // Made before the stages: how the answer is written follows from what the caller asked, whatever a policy makes of it.
      const encoder = routed.kind !== 'native' && routed.createEncoder ? routed.createEncoder(call) : face.createEncoder(call);
      const served = await options.serve(call);
      const reply = options.costInBody && face === openaiFace ? withCostInBody(served, call) : served;
      const answered = answerReply(
        { ...reply, headers: { ...requestId(call, face), ...reply.headers } },
        encoder,
        call,
        headers(),
        (error) => tell(error, call),
      );
      return withAnswerHeaders(answered, call.answerHeaders);
    } catch (cause) {
      const error = toProxyError(call.signal.aborted ? call.signal.reason : cause);
      const reply = answerError(error, face, { ...requestId(call, face), ...attempted(call), ...headers() });
      call.receipt.status = reply.status;
      call.receipt.settle(outcomeOfError(error), error.code ?? undefined);
      tell(error, call);
      return withAnswerHeaders(reply, call.answerHeaders);
    }
  }

  /** A request that cannot be read has an account too. */
  async function open(
    request: HttpRequest,
    routed: RoutedCall,
    arrivedAt: number,
  ): Promise<{ readonly call: OpenedCall; readonly failure?: unknown }> {
    let start: CallStart;
    try {
      for (const greeter of options.greeters) await greeter.greet(request);
      start = await decodeCall(request, routed, options.limits, options.guardsInput);
      // The upload may have taken its time.
      if (calls.isClosing) throw shuttingDown();
    } catch (failure) {
      return { call: calls.open(request, routed, outlineCall(routed), arrivedAt), failure };
    }
    return { call: calls.open(request, routed, start, arrivedAt) };
  }

  /** What a caller cannot be told in full, the operator is. */
  function tell(error: ProxyError, call: Call): void {
    const fields = {
      id: call.id,
      operation: call.operation,
      provider: call.receipt.provider,
      model: call.receipt.modelServed,
      code: error.code,
    };
    if (error.code === 'internal_error') log.error({ ...fields, cause: describe(error.cause) }, 'a request failed inside the proxy');
    else if (error.code === 'provider_credentials') log.warn(fields, 'a provider refused its credential');
    else if (error.source === 'provider' && error.status >= 500) log.warn({ ...fields, cause: describe(error.cause) }, error.message);
  }
}

const requestId = (call: Call, face: Face): Record<string, string> => (face === openaiFace ? { 'x-request-id': call.id } : {});

const attempted = ({ receipt }: Call): Record<string, string> =>
  receipt.attempts > 0 ? { 'x-ai-proxy-step': String(receipt.step), 'x-ai-proxy-attempts': String(receipt.attempts) } : {};

function describe(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  if (cause instanceof Error) return (cause.stack ?? cause.message).slice(0, 2000);
  return (typeof cause === 'string' ? cause : Object.prototype.toString.call(cause)).slice(0, 500);
}
