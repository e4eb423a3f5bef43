import type { Frame, FrameReader } from './frame.ts';
import { createFrameSplitter } from './frame-splitter.ts';
import { lineBoundary } from './line-boundary.ts';
import { isWholeJson } from './whole-json.ts';

export interface NdjsonReaderOptions {
  /** The most bytes of one line; a longer one ends the stream with 502 `upstream_too_large`. */
  readonly maxFrameBytes: number;
}

// Decodes whole lines only, so it carries no state from one call to the next; the byte order mark is dropped by hand, once a stream.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cuts NDJSON into frames, one a line. Whether a line is JSON is for its reader to say; only the last one, without line end, must be. */
export function createNdjsonReader(options: NdjsonReaderOptions): FrameReader {
  const splitter = createFrameSplitter(lineBoundary, options.maxFrameBytes);
  let started = false;

  function read(bytes: Uint8Array): Frame[] {
    let text = decoder.decode(bytes);
    if (!started) {
      started = true;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    // Mostly one line has come.
    if (text.indexOf('\n') === text.length - 1) return toFrames(text.slice(0, -1));
    return text.split('\n').flatMap(toFrames);
  }

  return {
    push(chunk) {
      const bytes = splitter.push(chunk);
      return bytes === undefined ? undefined : { frames: read(bytes), bytes };
    },

    end() {
      const bytes = splitter.rest();
      if (bytes.length === 0) return { dangling: false };
      const frames = read(bytes);
      return frames.every((frame) => isWholeJson(frame.data)) ? { batch: { frames, bytes }, dangling: false } : { dangling: true };
    },
  };
}

function toFrames(line: string): Frame[] {
  const data = line.endsWith('\r') ? line.slice(0, -1) : line;
  return data.trim() === '' ? [] : [{ kind: 'event', data }];
}
