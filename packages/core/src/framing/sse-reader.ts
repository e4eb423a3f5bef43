import { createParser } from 'eventsource-parser';

import { eventBoundary } from './event-boundary.ts';
import type { Frame, FrameBatch, FrameReader } from './frame.ts';
import { createFrameSplitter } from './frame-splitter.ts';
import { isJson, isWholeJson } from './whole-json.ts';

export interface SseReaderOptions {
  /** The most bytes of one event, comments before it included; a longer one ends the stream with 502 `upstream_too_large`. */
  readonly maxFrameBytes: number;
  /** Called for each comment: the upstream is alive though it says nothing. */
  readonly onComment?: () => void;
}

// Decodes whole events only, so it carries no state from one call to the next. A byte order mark is left to the parser,
// which drops it at the start of the stream and nowhere else.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cuts an event stream into frames. `id` and `retry` mean nothing to a proxy and stay in the bytes alone. */
export function createSseReader(options: SseReaderOptions): FrameReader {
  const splitter = createFrameSplitter(eventBoundary, options.maxFrameBytes);
  const { onComment } = options;
  let frames: Frame[] = [];

  const parser = createParser({
    onEvent({ event, data }) {
      frames.push(event === undefined ? { kind: 'event', data } : { kind: 'event', event, data });
    },
    onError(error) {
      // llama-server builds of 2024 report failures in a field named `error` where `data` should be.
      if (error.type === 'unknown-field' && error.field === 'error' && error.value !== undefined && isJson(error.value)) {
        frames.push({ kind: 'error', data: error.value });
      }
    },
    ...(onComment === undefined ? {} : { onComment: () => onComment() }),
  });

  function read(text: string): Frame[] {
    frames = [];
    parser.feed(text);
    return frames;
  }

  return {
    push(chunk): FrameBatch | undefined {
      const bytes = splitter.push(chunk);
      return bytes === undefined ? undefined : { frames: read(decoder.decode(bytes)), bytes };
    },

    end() {
      const bytes = splitter.rest();
      if (bytes.length === 0) return { dangling: false };
      const text = decoder.decode(bytes);
      const last = read(`${text}\n\n`);
      if (last.length > 0) {
        return last.every(isWhole) ? { batch: { frames: last, bytes }, dangling: false } : { dangling: true };
      }
      if (hasField(text)) return { dangling: true };
      // Half a comment is given up: bytes that do not end a line would swallow whatever is written after them.
      return /[\r\n]$/.test(text) ? { batch: { frames: last, bytes }, dangling: false } : { dangling: false };
    },
  };
}

function isWhole(frame: Frame): boolean {
  return frame.data.trim() === '[DONE]' || isWholeJson(frame.data);
}

/** Whether there is any line but comments and blank ones. */
function hasField(text: string): boolean {
  return /(?:^|[\r\n])[^:\r\n]/.test(text);
}
