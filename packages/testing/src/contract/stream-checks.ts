import { isDeepStrictEqual } from 'node:util';
import { ProxyError } from '@ai-proxy/core';
import type { Frame, Provider } from '@ai-proxy/core';
import { checkChunkOrder } from './chunk-order.ts';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import { contractCall } from './contract-call.ts';
import type { ProviderCase } from './contract-options.ts';
import { decodeRecording } from './decode-recording.ts';
import type { DecodedRecording } from './decode-recording.ts';
import { notJson } from './json-values.ts';
import { bytesOf, cutsOf, slicings } from './recorded-bytes.ts';

/** Frames that no provider means, and every network may bring. */
export const strayFrames: readonly Frame[] = ['', 'null', '[]', '42', 'not json', '{}', '{"choices":null}', '{"choices":[null]}'].map(
  (data) => ({
    kind: 'event',
    data,
  }),
);

/** What comes down piece by piece. */
export function streamChecks(provider: Provider, one: ProviderCase): ContractCheck[] {
  const stream = provider.operations[one.operation]?.stream;
  if (stream === undefined || one.stream === undefined) return [];
  const bytes = bytesOf(one.stream);
  const about = `${one.operation} (${one.title}): its stream`;
  const form = one.operation === 'completions' ? 'text_completion' : 'chat.completion.chunk';
  const decode = (slices: readonly Uint8Array[]): DecodedRecording =>
    decodeRecording(stream.createDecoder(contractCall(provider, one, true)), stream.framing, slices);

  return [
    checkOf(`${about} ends as it was recorded`, () => {
      const { complete, failure } = decode([bytes]);
      const ends = failure === undefined ? (complete ? 'complete' : 'incomplete') : 'failure';
      const told = failure === undefined ? '' : `: ${failure.message}`;
      demand(ends === (one.streamEnds ?? 'complete'), `the stream is ${ends}${told}, and was recorded as ${one.streamEnds ?? 'complete'}`);
      demand(failure === undefined || failure.message !== '', 'the failure has no message');
    }),
    checkOf(`${about} comes in the form and the order that clients rely on`, () => {
      const { chunks, complete } = decode([bytes]);
      const wrong = notJson(chunks, 'chunks');
      demand(wrong === undefined, `the chunks hold what JSON cannot: ${wrong}`);
      const choices = checkChunkOrder(chunks, form);
      demand(
        !complete || (choices.size > 0 && [...choices.values()].every(({ finished }) => finished)),
        'a stream that is complete has no finish',
      );
    }),
    checkOf(`${about} says the same however it is cut into pieces`, () => {
      const whole = decode([bytes]);
      for (const [way, slices] of slicings(bytes, stream.framing)) {
        const cut = decode(slices);
        demand(isDeepStrictEqual(cut, whole), `${way} it gives ${shown(cut)}, and whole ${shown(whole)}`);
      }
    }),
    checkOf(`${about} is not complete where it ends early, and what came before is the beginning of the whole`, () => {
      const whole = decode([bytes]).chunks.map((chunk) => JSON.stringify(chunk));
      const finishes = countFinishes(whole);
      for (const length of cutsOf(bytes)) {
        const cut = decode([bytes.slice(0, length)]);
        const chunks = cut.chunks.map((chunk) => JSON.stringify(chunk));
        demand(
          chunks.every((chunk, at) => chunk === whole[at]),
          `ended after ${length} bytes it says what the whole does not: ${shown(cut.chunks)}`,
        );
        demand(
          !cut.complete || (finishes > 0 && countFinishes(chunks) === finishes),
          `ended after ${length} of ${bytes.length} bytes it is said to be complete, without its finish`,
        );
      }
    }),
    checkOf(`${about} makes nothing worse than a ProxyError of a frame that is none`, () => {
      for (const frame of strayFrames) {
        const decoder = stream.createDecoder(contractCall(provider, one, true));
        let chunks: unknown;
        try {
          chunks = decoder.decode(frame);
        } catch (error) {
          demand(error instanceof ProxyError, `decode() of ${shown(frame.data)} threw ${String(error)}; skip it, or throw a ProxyError`);
          continue;
        }
        demand(Array.isArray(chunks), `decode() of ${shown(frame.data)} gave no list`);
        demand(!decoder.end().complete, `a stream that held nothing but ${shown(frame.data)} is said to be complete`);
      }
    }),
  ];
}

function countFinishes(chunks: readonly string[]): number {
  return chunks.filter((chunk) => /"finish_reason":"/.test(chunk)).length;
}
