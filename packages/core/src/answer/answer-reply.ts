import type { Call } from '../call/call.ts';
import type { Reply } from '../call/reply.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import type { Encoder } from '../faces/face.ts';
import type { HttpReply } from '../http/reply.ts';
import { costHeader } from './cost-in-answer.ts';
import { encodeStream } from './encode-stream.ts';

/** Writes a reply in the caller's dialect. */
export function answerReply(
  reply: Reply,
  encoder: Encoder,
  call: Call,
  headers: Record<string, string>,
  onFailure: (error: ProxyError) => void,
): HttpReply {
  const { receipt } = call;
  receipt.status = reply.status;
  if (reply.kind === 'relay') {
    return { status: reply.status, headers: { ...reply.headers, ...headers }, body: reply.relay };
  }
  if (reply.kind === 'value') {
    receipt.firstByte();
    const body = reply.bytes ?? encoder.value(reply.value);
    receipt.settle('ok');
    return {
      status: reply.status,
      headers: { 'content-type': encoder.contentType, ...reply.headers, ...costHeader(call), ...headers },
      body,
    };
  }
  return {
    status: reply.status,
    headers: {
      'content-type': encoder.streamContentType,
      ...reply.headers,
      ...headers,
      // Compression and buffering proxies would hold events back.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
    body: {
      kind: 'stream',
      chunks: encodeStream(reply.batches, encoder, call, onFailure),
      ...(encoder.keepAlive === undefined ? {} : { keepAlive: encoder.keepAlive }),
    },
  };
}
