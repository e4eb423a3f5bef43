import type { ChunkBatch } from '../call/reply.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { createOutlet } from '../flow/outlet.ts';
import { toFlow } from '../flow/to-flow.ts';
import type { Flow } from '../flow/flow.ts';
import type { Frame, FrameReader } from '../framing/frame.ts';
import { createDrain } from './drain.ts';
import type { Drain } from './drain.ts';

/** What reads the frames of one stream. */
export interface FrameSink {
  /** Throws where a frame reports a failure. */
  decode(frame: Frame): readonly unknown[];
  /** True once the end mark has come. */
  isDone(): boolean;
  /** The body has ended, or the end mark has come. */
  end(): { readonly chunks: readonly unknown[]; readonly complete: boolean };
}

export interface ChunkStreamOptions {
  readonly body: AsyncIterable<Uint8Array>;
  readonly reader: FrameReader;
  readonly sink: FrameSink;
  /** Hands on the bytes as well. */
  readonly keepBytes: false | KeepBytes;
}

export interface KeepBytes {
  /** Ends an event whose end mark never came, where something of ours has to follow it. */
  readonly separator: string;
  /** Takes out of bytes that report a failure what no caller may see. */
  readonly clean: (bytes: Uint8Array) => Uint8Array;
}

/**
 * Reads an answer's body as batches of chunks, one batch for what arrived together. It ends only after a true end,
 * and fails otherwise, after everything that came before has been given.
 */
export function readChunks({ body, reader, sink, keepBytes }: ChunkStreamOptions): Flow<ChunkBatch> {
  let drain: Drain | undefined;
  const outlet = createOutlet<ChunkBatch>({
    resume: () => source.resume(),
    stop() {
      if (!drain) source.stop();
    },
  });
  const source = toFlow(body).into({
    take(bytes) {
      if (drain) return drain.goesOn();
      try {
        return read(bytes);
      } catch (failure) {
        return breakOff(failure);
      }
    },
    end() {
      if (drain) {
        drain.stop();
        return;
      }
      try {
        readEnd();
      } catch (failure) {
        outlet.fail(failure);
      }
    },
    fail(reason) {
      // After its end mark, how the connection ends is nobody's loss.
      if (drain) drain.stop();
      else outlet.fail(reason);
    },
  });

  function read(bytes: Uint8Array): boolean {
    const framed = reader.push(bytes);
    if (framed === undefined) return true;
    const { chunks: said, failure } = decodeAll(framed.frames, sink);
    const finished = failure === undefined && sink.isDone();
    const chunks = finished ? [...said, ...sink.end().chunks] : said;
    let more = true;
    if (keepBytes) more = outlet.give({ chunks, bytes: failure === undefined ? framed.bytes : keepBytes.clean(framed.bytes) });
    else if (chunks.length > 0) more = outlet.give({ chunks });
    if (failure !== undefined) return breakOff(failure);
    if (!finished) return more;
    drain = createDrain(source);
    outlet.end();
    return true;
  }

  function readEnd(): void {
    const tail = reader.end();
    const { chunks: said, failure } = decodeAll(tail.batch?.frames ?? [], sink);
    const last = failure === undefined ? sink.end() : { chunks: [], complete: false };
    const chunks = [...said, ...last.chunks];
    const broken = failure ?? (tail.dangling || !last.complete ? interrupted() : undefined);
    if (keepBytes && tail.batch)
      outlet.give({ chunks, bytes: broken ? join(keepBytes.clean(tail.batch.bytes), keepBytes.separator) : tail.batch.bytes });
    else if (chunks.length > 0) outlet.give({ chunks });
    if (broken === undefined) outlet.end();
    else outlet.fail(broken);
  }

  function breakOff(failure: unknown): false {
    source.stop();
    outlet.fail(failure);
    return false;
  }

  return outlet;
}

function decodeAll(frames: readonly Frame[], sink: FrameSink): { chunks: readonly unknown[]; failure?: unknown } {
  // Mostly one frame has come, and what it says is handed on as it is.
  let chunks: readonly unknown[] = nothing;
  let several: unknown[] | undefined;
  try {
    for (const frame of frames) {
      const said = sink.decode(frame);
      if (chunks.length === 0) chunks = said;
      else if (said.length > 0) {
        if (several === undefined) chunks = several = [...chunks];
        for (const chunk of said) several.push(chunk);
      }
      if (sink.isDone()) break;
    }
    return { chunks };
  } catch (failure) {
    return { chunks, failure };
  }
}

const nothing: readonly unknown[] = [];

function join(bytes: Uint8Array, separator: string): Uint8Array {
  const end = new TextEncoder().encode(separator);
  const joined = new Uint8Array(bytes.byteLength + end.byteLength);
  joined.set(bytes);
  joined.set(end, bytes.byteLength);
  return joined;
}

const interrupted = (): ProxyError =>
  new ProxyError('The provider ended its stream without the mark of its end: the answer is not complete.', {
    status: 502,
    code: 'stream_interrupted',
    source: 'provider',
    retryable: true,
  });
