import { isJsonObject } from '@ai-proxy/core';
import type { ChunkBatch, Frame, JsonObject } from '@ai-proxy/core';
import type { AnswerContext } from './answer.ts';
import { broughtBy, madeIn } from './answer.ts';

/** Notes whose the objects are that a stream names, before the caller has their names. */
export async function* streamNoted(
  batches: AsyncIterable<ChunkBatch>,
  context: AnswerContext,
): AsyncGenerator<ChunkBatch, void, undefined> {
  const { book, owner, isOpen } = context;
  const noted = new Set<string>();
  for await (const batch of batches) {
    const events = isOpen ? [] : batch.chunks.flatMap(eventOf);
    const made = events.flatMap((event) => madeIn(event, context)).filter(({ id }) => !noted.has(id));
    if (made.length > 0) await book.noteMade(owner, made);
    for (const { id } of made) noted.add(id);
    await book.noteFound(owner, broughtBy(events, context));
    yield batch;
  }
}

/** Nearly all events of a stream are pieces of text, and name nothing. */
function eventOf(chunk: unknown): readonly JsonObject[] {
  const { data } = chunk as Frame;
  if (typeof data !== 'string' || !/"(?:conversation|file)_id"/.test(data)) return [];
  try {
    const event: unknown = JSON.parse(data);
    return isJsonObject(event) ? [event] : [];
  } catch {
    return [];
  }
}
