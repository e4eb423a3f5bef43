import type { ChunkBatch, ValueReply } from '../call/reply.ts';
import type { Frame } from '../framing/frame.ts';
import type { NativeWatcher } from '../provider/native-surface.ts';

const encoder = new TextEncoder();
const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20];

/**
 * Tells a whole answer as the only line of a stream of lines, for a provider that answers whole where a stream was asked for: Ollama does when it is
 * asked to load a model. Nothing where the watcher does not take that line for a whole stream.
 */
export function wholeAsLine(
  { value, bytes = encoder.encode(JSON.stringify(value)) }: ValueReply,
  watcher: NativeWatcher,
): ChunkBatch | undefined {
  // Between the tokens of JSON a line end is a space like any other, and inside of them there is none.
  const line = new Uint8Array(bytes.length + 1).fill(lineFeed);
  line.set(bytes.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)));
  const frame: Frame = { kind: 'event', data: new TextDecoder().decode(line).trim() };
  const { failure } = watcher.see(frame);
  if (failure || !(watcher.isDone() || watcher.isComplete())) return undefined;
  return { chunks: [frame], bytes: line };
}
