import { isDeepStrictEqual } from 'node:util';
import { createFrameReader } from '@ai-proxy/core';
import type { Frame, Framing, NativeSurface, Usage } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import type { NativeCase, ProviderContractOptions } from './contract-options.ts';
import { streamsOf } from './native-checks.ts';
import { bytesOf, cutsOf, frameEnds, slicings } from './recorded-bytes.ts';
import { strayFrames } from './stream-checks.ts';

/** Recorded answers of native routes, and what the watcher makes of them. */
export function nativeStreamChecks({ provider: { native }, native: cases = [] }: ProviderContractOptions): ContractCheck[] {
  if (native === undefined) return [];
  const streams = streamsOf(native);
  return [
    ...cases.flatMap((one) => {
      const framing = streams.get(one.operation);
      return one.stream === undefined || framing === undefined ? [] : checksOfStream(native, one, bytesOf(one.stream), framing);
    }),
    ...cases
      .filter((one) => one.answer !== undefined)
      .map((one) =>
        checkOf(`native: ${one.operation} (${one.title}): its answer is no failure, and says what it consumed`, () => {
          const { failure } = native.createWatcher(one.operation).see({ kind: 'event', data: JSON.stringify(one.answer) });
          demand(failure === undefined, `the watcher takes the answer for a failure: ${shown(failure?.message)}`);
          checkUsage(native.readUsage(one.operation, one.answer), one);
        }),
      ),
    checkOf('native: its watchers see nothing in a frame that is none', () => {
      for (const operation of streams.keys()) {
        for (const frame of strayFrames) {
          const watcher = native.createWatcher(operation);
          const sight = watcher.see(frame);
          const isNothing = sight.commits !== true && sight.usage === undefined && !watcher.isDone() && !watcher.isComplete();
          demand(isNothing, `the watcher of ${operation} makes ${shown(sight)} of ${shown(frame.data)}`);
        }
      }
    }),
  ];
}

function checksOfStream(native: NativeSurface, one: NativeCase, bytes: Uint8Array, framing: Framing): ContractCheck[] {
  const about = `native: ${one.operation} (${one.title}): its stream`;
  const watch = (slices: readonly Uint8Array[]): Watched => watchRecording(native, one.operation, framing, slices);
  return [
    checkOf(`${about} commits to its output, ends, and says what it consumed`, () => {
      const { commits, whole, failure, usage } = watch([bytes]);
      demand(failure === undefined, `the watcher takes the stream for a failure: ${failure}`);
      demand(commits > 0, 'no frame commits: a failure in its midst would be answered with another answer behind the first');
      demand(whole, 'neither isDone() nor isComplete() says that the stream has come to its end');
      checkUsage(usage, one);
    }),
    checkOf(`${about} is seen the same however it is cut into pieces`, () => {
      const expected = watch([bytes]);
      for (const [way, slices] of slicings(bytes, framing)) {
        const seen = watch(slices);
        demand(isDeepStrictEqual(seen, expected), `${way} the watcher sees ${shown(seen)}, and whole ${shown(expected)}`);
      }
    }),
    checkOf(`${about} is not whole where it ends early`, () => {
      const end = endOf(one, bytes, framing);
      for (const length of cutsOf(bytes).filter((cut) => cut <= end)) {
        demand(!watch([bytes.slice(0, length)]).whole, `ended after ${length} of ${bytes.length} bytes it is said to be whole`);
      }
    }),
  ];
}

interface Watched {
  readonly commits: number;
  readonly whole: boolean;
  readonly failure: string | undefined;
  readonly usage: Usage;
}

/** Reads a body as the proxy does: up to the mark of its end, or else up to its end. */
function watchRecording(native: NativeSurface, operation: string, framing: Framing, slices: readonly Uint8Array[]): Watched {
  const reader = createFrameReader(framing, { maxFrameBytes: 16 * 1024 * 1024 });
  const watcher = native.createWatcher(operation);
  let seen: Omit<Watched, 'whole'> = { commits: 0, failure: undefined, usage: {} };
  const see = (frames: readonly Frame[]): void => {
    for (const frame of frames) {
      if (watcher.isDone()) return;
      const { commits, failure, usage } = watcher.see(frame);
      seen = {
        commits: seen.commits + (commits === true ? 1 : 0),
        failure: seen.failure ?? failure?.message,
        usage: { ...seen.usage, ...usage },
      };
    }
  };
  for (const slice of slices) see(reader.push(slice)?.frames ?? []);
  const { batch, dangling } = reader.end();
  see(batch?.frames ?? []);
  return { ...seen, whole: watcher.isDone() || (watcher.isComplete() && !dangling) };
}

/** The last length at which the stream must not be whole: the beginning of the frame that makes it so. */
function endOf({ wholeFrom }: NativeCase, bytes: Uint8Array, framing: Framing): number {
  const ends = [0, ...frameEnds(bytes, framing)];
  if (wholeFrom === undefined) return ends.at(-2) ?? 0;
  const text = Buffer.from(bytes);
  const at = text.indexOf(wholeFrom);
  demand(at >= 0, `the recorded stream does not hold ${shown(wholeFrom)}`);
  return ends.findLast((end) => end <= at) ?? 0;
}

function checkUsage(usage: Usage | undefined, { usage: expected }: NativeCase): void {
  demand(
    expected === undefined || isDeepStrictEqual(usage, expected),
    `it is read to have consumed ${shown(usage)}, not ${shown(expected)}`,
  );
}
