import type { Call } from '../call/call.ts';
import type { Reply, StreamReply, ValueReply } from '../call/reply.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { createFrameReader } from '../framing/create-frame-reader.ts';
import type { RemoteFiles } from '../fetching/remote-files.ts';
import { traceHeaders } from '../headers/trace-headers.ts';
import { headerValue } from '../http/headers.ts';
import { isJsonObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import type { CanonicalOperation, ProviderCall, ProviderOperation, StreamDecoder, UpstreamRequest } from '../provider/provider.ts';
import type { Meter } from '../metering/meter.ts';
import { outputBytes } from '../metering/output-bytes.ts';
import type { Target } from '../routing/plan.ts';
import { brokenExchange } from '../transport/broken-exchange.ts';
import type { TransportResponse } from '../transport/transport.ts';
import { createBodyWriter } from './body-writer.ts';
import { canonicalUsage } from './canonical-usage.ts';
import { readChunks } from './chunk-stream.ts';
import type { FrameSink } from './chunk-stream.ts';
import { commit } from './commit.ts';
import { commitsOutput } from './commits-output.ts';
import { completionAsChunks } from './completion-as-chunks.ts';
import { decodeAnswer, readAnswer } from '../upstream/decode-answer.ts';
import { createDroppedFields } from './dropped-fields.ts';
import { exchange } from '../upstream/exchange.ts';
import type { Exchange, Upstream } from '../upstream/exchange.ts';
import { readFailureInside } from '../upstream/read-failure.ts';
import { redactError } from '../upstream/redact.ts';

export interface CanonicalAttemptOptions {
  readonly upstream: Upstream;
  readonly strict: boolean;
  /** Absent where the operator has not switched it on. */
  readonly remoteFiles: RemoteFiles | undefined;
}

/** Asks one target once: canonical input up, canonical output down. A stream is given when it has committed itself. */
export async function attemptCanonical(call: Call, target: Target, options: CanonicalAttemptOptions): Promise<Reply> {
  const { provider } = target;
  const { meter } = call.receipt;
  const operation = operationOf(call, target);
  const dropped = createDroppedFields(provider.name, options.strict);
  const declaring: ProviderCall = {
    id: call.id,
    operation: call.operation as CanonicalOperation,
    model: target.model,
    modelInfo: target.modelInfo,
    stream: call.stream,
    now: () => Math.floor(Date.now() / 1000),
    drop: dropped.drop,
  };
  const { remoteFiles } = options;
  const files = remoteFiles && operation.fetches?.(call.input, declaring);
  const providerCall = files ? { ...declaring, fetched: await remoteFiles.fetch(call, files) } : declaring;
  const request = operation.request(call.input, providerCall);
  const send = (one: UpstreamRequest, write: BodyWriter = JSON.stringify): Promise<Exchange> =>
    sendJson(call, target, one, write, options.upstream);

  const account = (output: JsonObject): void => {
    call.receipt.usage = canonicalUsage(output, call.operation) ?? call.receipt.usage;
  };
  // What an attempt before this one counted was not for this answer.
  call.receipt.usage = undefined;
  meter.begin('requests' in request ? timesOfInput(call, request.requests.length) : 1);

  const outputs: JsonObject[] = [];
  const whole = (output: JsonObject): JsonObject => {
    outputs.push(output);
    // Counted only where it comes to that: an answer without usage, or one of several that never come together.
    if (outputs.length === 1) meter.watch(() => outputs.reduce((bytes, one) => bytes + outputBytes(one), 0));
    return output;
  };

  let reply: ValueReply | StreamReply;
  let answerHeaders: Record<string, string>;
  if ('requests' in request) {
    // Each answer is read as it comes: one that waited for the others would hold its connection, for good where one of them fails.
    const write = createBodyWriter();
    const answers = await together(
      request.requests.map(async (one) => {
        const sent = await send(one, write);
        return { headers: sent.response.headers, output: whole(await readOutput(sent, target, operation, providerCall, options.upstream)) };
      }),
    );
    answerHeaders = answers[0] ? (provider.answerHeaders?.(answers[0].headers) ?? {}) : {};
    const value = request.combine(answers.map(({ output }) => output));
    account(value);
    reply = { kind: 'value', status: 200, headers: {}, value };
  } else {
    const sent = await send(request);
    answerHeaders = provider.answerHeaders?.(sent.response.headers) ?? {};
    reply =
      call.stream && operation.stream && !isJson(sent.response)
        ? await readStream(sent, operation.stream, providerCall, options.upstream, account, meter)
        : await readWhole(sent, target, operation, providerCall, options.upstream, (output) => account(whole(output)));
  }
  remoteFiles?.release(call);
  const droppedList = dropped.header();
  return { ...reply, headers: { ...answerHeaders, ...(droppedList === undefined ? {} : { 'x-ai-proxy-dropped': droppedList }) } };
}

function operationOf(call: Call, target: Target): ProviderOperation {
  const operation = target.provider.operations[call.operation as CanonicalOperation];
  if (operation && (!call.stream || operation.stream)) return operation;
  const what = operation ? `stream ${call.operation}` : `serve ${call.operation}`;
  throw new ProxyError(`"${target.provider.name}" does not ${what}. Choose a model of another provider.`, {
    status: 400,
    code: 'unsupported_operation',
    source: 'caller',
    ...(operation ? { param: 'stream' } : { param: 'model' }),
  });
}

type BodyWriter = (body: JsonObject) => string;

function sendJson(call: Call, target: Target, request: UpstreamRequest, write: BodyWriter, upstream: Upstream): Promise<Exchange> {
  return exchange(upstream, {
    provider: target.provider,
    operation: call.operation,
    method: request.method ?? 'POST',
    path: request.path,
    headers: {
      'content-type': 'application/json',
      ...traceHeaders(call),
      accept: call.stream ? 'text/event-stream, application/x-ndjson, application/json' : 'application/json',
    },
    ...(request.body === undefined ? {} : { body: write(request.body) }),
    callerHeaders: call.headers,
    signal: call.signal,
    receipt: call.receipt,
  });
}

/** A whole answer; where a stream was asked for, told as one. */
async function readWhole(
  sent: Exchange,
  target: Target,
  operation: ProviderOperation,
  call: ProviderCall,
  upstream: Upstream,
  account: (output: JsonObject) => void,
): Promise<ValueReply | StreamReply> {
  const value = await readOutput(sent, target, operation, call, upstream);
  account(value);
  if (!call.stream) return { kind: 'value', status: 200, headers: {}, value };
  const chunks = completionAsChunks(value);
  return { kind: 'stream', status: 200, headers: {}, batches: once({ chunks }) };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function readOutput(
  { response, credential, received }: Exchange,
  target: Target,
  operation: ProviderOperation,
  call: ProviderCall,
  upstream: Upstream,
): Promise<JsonObject> {
  const bytes = await readAnswer(response, upstream.limits.answer);
  received();
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw brokenExchange('garbage', cause);
  }
  if (isErrorBody(body)) throw readFailureInside(target.provider, body, credential);
  try {
    return operation.response(body, call);
  } catch (error) {
    throw redactError(error, credential);
  }
}

/** An error that wears a 200. */
const isErrorBody = (body: unknown): boolean =>
  isJsonObject(body) && ((body.error !== undefined && body.error !== null && body.choices === undefined) || body.object === 'error');

async function readStream(
  { response, credential }: Exchange,
  stream: NonNullable<ProviderOperation['stream']>,
  call: ProviderCall,
  upstream: Upstream,
  account: (chunk: JsonObject) => void,
  meter: Meter,
): Promise<StreamReply> {
  const batches = readChunks({
    body: decodeAnswer(response),
    reader: createFrameReader(stream.framing, { maxFrameBytes: upstream.limits.event }),
    sink: decoderSink(stream.createDecoder(call), credential, account, meter),
    keepBytes: false,
  });
  return { kind: 'stream', status: 200, headers: {}, batches: await commit(batches, (batch) => batch.chunks.some(commitsOutput)) };
}

function decoderSink(
  decoder: StreamDecoder,
  credential: string | undefined,
  account: (chunk: JsonObject) => void,
  meter: Meter,
): FrameSink {
  let doneMark = false;
  const accounted = <T extends readonly JsonObject[]>(chunks: T): T => {
    for (const chunk of chunks) {
      meter.saw(outputBytes(chunk));
      if (chunk.usage !== undefined) account(chunk);
    }
    return chunks;
  };
  return {
    decode(frame) {
      if (frame.kind === 'event' && frame.data.length < 16 && frame.data.trim() === '[DONE]') doneMark = true;
      try {
        return accounted(decoder.decode(frame));
      } catch (error) {
        throw redactError(error, credential);
      }
    },
    isDone: () => doneMark || decoder.done === true,
    end() {
      const last = decoder.end();
      accounted(last.chunks);
      return last;
    },
  };
}

const isJson = (response: TransportResponse): boolean => /^application\/json\b/i.test(headerValue(response.headers, 'content-type') ?? '');

/** How often the input goes up: several prompts are a part of it each, several answers to one prompt are all of it again. */
function timesOfInput({ input }: Call, requests: number): number {
  const { prompt } = input;
  return Array.isArray(prompt) && prompt.length > 0 ? Math.ceil(requests / prompt.length) : requests;
}

/** Waits for all, also for those that outlive a failed one: nothing may go on unwatched. */
async function together<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
