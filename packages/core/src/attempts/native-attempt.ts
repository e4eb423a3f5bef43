import type { Call } from '../call/call.ts';
import type { NativeTarget } from '../call/native-target.ts';
import type { Reply, StreamReply, ValueReply } from '../call/reply.ts';
import { createFrameReader } from '../framing/create-frame-reader.ts';
import type { Framing } from '../framing/frame.ts';
import { traceHeaders } from '../headers/trace-headers.ts';
import { requestHeadersForUpstream } from '../headers/request-headers.ts';
import { headerValue } from '../http/headers.ts';
import type { NativeSurface, NativeWatcher } from '../provider/native-surface.ts';
import { isJsonObject } from '../json/json.ts';
import { noteModel } from '../metering/note-model.ts';
import { bytesOfTexts } from '../metering/output-bytes.ts';
import { brokenExchange } from '../transport/broken-exchange.ts';
import { readChunks } from './chunk-stream.ts';
import type { FrameSink } from './chunk-stream.ts';
import { commit } from './commit.ts';
import { decodeAnswer, readAnswer } from '../upstream/decode-answer.ts';
import { exchange } from '../upstream/exchange.ts';
import type { Exchange, Upstream } from '../upstream/exchange.ts';
import { nativeAnswerHeaders } from '../upstream/native-answer-headers.ts';
import { readFailureInside } from '../upstream/read-failure.ts';
import { redact, redactReport } from '../upstream/redact.ts';

const encoder = new TextEncoder();

/** Asks a provider in its own dialect, once: bytes up, bytes down, read only for what they consumed and for their end. */
export async function attemptNative(call: Call, target: NativeTarget, surface: NativeSurface, upstream: Upstream): Promise<Reply> {
  // What an attempt before this one counted was not for this answer.
  call.receipt.usage = undefined;
  call.receipt.meter.begin();
  const sent = await exchange(upstream, {
    provider: target.provider,
    operation: call.operation,
    method: target.method,
    path: target.path + target.query,
    headers: { ...requestHeadersForUpstream(call.headers), ...traceHeaders(call) },
    ...bodyOf(call, target),
    callerHeaders: call.headers,
    signal: call.signal,
    receipt: call.receipt,
  });
  const framing = framingOf(headerValue(sent.response.headers, 'content-type'));
  return framing ? readStream(call, target, surface, upstream, sent, framing) : readWhole(call, target, surface, upstream, sent);
}

/** The bytes as they came, unless a policy has put another input in the place of theirs. */
function bodyOf(call: Call, target: NativeTarget): { readonly body?: string | Uint8Array } {
  if (target.method === 'GET' || target.method === 'HEAD') return {};
  return { body: target.bytes && call.input === target.readAs ? target.bytes : JSON.stringify(call.input) };
}

function framingOf(contentType: string | undefined): Framing | undefined {
  if (contentType === undefined) return undefined;
  if (/^text\/event-stream\b/i.test(contentType)) return 'sse';
  return /^application\/(?:x-)?ndjson\b/i.test(contentType) ? 'ndjson' : undefined;
}

async function readStream(
  call: Call,
  target: NativeTarget,
  surface: NativeSurface,
  upstream: Upstream,
  { response, credential }: Exchange,
  framing: Framing,
): Promise<StreamReply> {
  const watcher = surface.createWatcher(call.operation, call.input);
  call.receipt.meter.watch(() => watcher.outputBytes?.() ?? 0);
  const sink = watcherSink(watcher, call, target, credential);
  const batches = readChunks({
    body: decodeAnswer(response),
    reader: createFrameReader(framing, { maxFrameBytes: upstream.limits.event }),
    sink,
    keepBytes: {
      separator: framing === 'sse' ? '\n\n' : '\n',
      clean: (bytes) => encoder.encode(redact(new TextDecoder().decode(bytes), credential)),
    },
  });
  const headers = nativeAnswerHeaders(response.headers, credential, true);
  return { kind: 'stream', status: response.status, headers, batches: await commit(batches, sink.hasCommitted) };
}

interface WatcherSink extends FrameSink {
  hasCommitted(): boolean;
}

function watcherSink(watcher: NativeWatcher, call: Call, target: NativeTarget, credential: string | undefined): WatcherSink {
  let committed = false;
  return {
    hasCommitted: () => committed,
    decode(frame) {
      const sight = watcher.see(frame);
      if (sight.model !== undefined) noteModel(call, sight.model);
      if (sight.usage) call.receipt.usage = { ...call.receipt.usage, ...sight.usage };
      // The frame goes down with the bytes around it: it is not told a second time, unless nothing has gone down yet, or the frame is none that
      // readers of event streams know.
      const reported = committed && frame.kind === 'event';
      if (sight.failure) throw readFailureInside(target.provider, sight.failure.body, credential, { reported });
      if (sight.commits) committed = true;
      return [frame];
    },
    isDone: () => watcher.isDone(),
    end: () => ({ chunks: [], complete: watcher.isDone() || watcher.isComplete() }),
  };
}

async function readWhole(
  call: Call,
  target: NativeTarget,
  surface: NativeSurface,
  upstream: Upstream,
  { response, credential, received }: Exchange,
): Promise<ValueReply> {
  const bytes = await readAnswer(response, upstream.limits.answer);
  received();
  const type = headerValue(response.headers, 'content-type') ?? '';
  // A page for people where a machine's answer is due: something between the provider and the proxy has failed.
  if (/^text\/html\b/i.test(type)) throw brokenExchange('garbage');
  const headers = nativeAnswerHeaders(response.headers, credential, true);
  const text = target.method !== 'HEAD' && /\bjson\b/i.test(type) ? new TextDecoder().decode(bytes) : undefined;
  if (text === undefined) return { kind: 'value', status: response.status, headers, value: undefined, bytes };

  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw brokenExchange('garbage', cause);
  }
  const failure = surface.readFailure
    ? surface.readFailure(value)
    : surface.createWatcher(call.operation, call.input).see({ kind: 'event', data: text }).failure;
  if (failure) {
    const clean = encoder.encode(redactReport(text, credential).text);
    throw readFailureInside(target.provider, failure.body, credential, { bytes: clean });
  }
  const usage = surface.readUsage(call.operation, value, call.input);
  if (usage) call.receipt.usage = usage;
  if (call.model === undefined) {
    noteModel(call, surface.readModel ? surface.readModel(call.operation, value) : isJsonObject(value) ? value.model : undefined);
  }
  call.receipt.meter.watch(() => bytesOfTexts(value));
  return { kind: 'value', status: response.status, headers, value, bytes };
}
