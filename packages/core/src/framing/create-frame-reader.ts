import type { FrameReader, Framing } from './frame.ts';
import { createNdjsonReader } from './ndjson-reader.ts';
import { createSseReader } from './sse-reader.ts';
import type { SseReaderOptions } from './sse-reader.ts';

/** The reader of a framing; `onComment` is never called for NDJSON, which has none. */
export function createFrameReader(framing: Framing, options: SseReaderOptions): FrameReader {
  switch (framing) {
    case 'sse':
      return createSseReader(options);
    case 'ndjson':
      return createNdjsonReader(options);
    default:
      return framing satisfies never;
  }
}
