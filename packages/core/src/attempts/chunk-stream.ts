import type { ChunkBatch } from '../call/reply.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { Frame, FrameReader } from '../framing/frame.ts';

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
 * Reads an answer's body as batches of chunks, one batch for what arrived together. It returns only after a true end,
 * and throws otherwise, after everything that came before has been given.
 */
export async function* readChunks(options: ChunkStreamOptions): AsyncGenerator<ChunkBatch, void, undefined> {
  const { reader, sink, keepBytes } = options;
  const source = options.body[Symbol.asyncIterator]();
  let owned = true;
  try {
    while (true) {
      const arrival = await source.next();
      if (arrival.done === true) break;
      const framed = reader.push(arrival.value);
      if (framed === undefined) continue;
      const { chunks, failure } = decodeAll(framed.frames, sink);
      const finished = failure === undefined && sink.isDone();
      if (finished) chunks.push(...sink.end().chunks);
      if (keepBytes) yield { chunks, bytes: failure === undefined ? framed.bytes : keepBytes.clean(framed.bytes) };
      else if (chunks.length > 0) yield { chunks };
      if (failure !== undefined) throw failure as Error;
      if (finished) {
        owned = false;
        void drain(source);
        return;
      }
    }
    const tail = reader.end();
    const { chunks, failure } = decodeAll(tail.batch?.frames ?? [], sink);
    const last = failure === undefined ? sink.end() : { chunks: [], complete: false };
    chunks.push(...last.chunks);
    const broken = failure ?? (tail.dangling || !last.complete ? interrupted() : undefined);
    if (keepBytes && tail.batch)
      yield { chunks, bytes: broken ? join(keepBytes.clean(tail.batch.bytes), keepBytes.separator) : tail.batch.bytes };
    else if (chunks.length > 0) yield { chunks };
    if (broken !== undefined) throw broken as Error;
  } finally {
    if (owned) await source.return?.();
  }
}

function decodeAll(frames: readonly Frame[], sink: FrameSink): { chunks: unknown[]; failure?: unknown } {
  const chunks: unknown[] = [];
  try {
    for (const frame of frames) {
      for (const chunk of sink.decode(frame)) chunks.push(chunk);
      if (sink.isDone()) break;
    }
    return { chunks };
  } catch (failure) {
    return { chunks, failure };
  }
}

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

/** After its end mark a stream is read out for a moment, so that the connection can serve again; one that goes on talking is cut. */
async function drain(source: AsyncIterator<Uint8Array>): Promise<void> {
  const patience = setTimeout(() => void source.return?.(), 1000);
  try {
    for (let arrivals = 0; arrivals < 64; arrivals += 1) {
      if ((await source.next()).done) return;
    }
    await source.return?.();
  } catch {
    // The caller has the whole answer; how the connection ends is nobody's loss.
  } finally {
    clearTimeout(patience);
  }
}
