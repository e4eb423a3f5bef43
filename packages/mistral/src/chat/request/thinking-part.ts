import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import type { ClosedShape } from '../../requests/closed-copy.ts';
import { copyClosedObject } from '../../requests/closed-copy.ts';

const known = new Set(['type', 'thinking', 'signature', 'closed']);

/** What the model thought in an earlier turn, as a closed chunk. */
export function thinkingChunkOf(text: string): JsonObject {
  return { type: 'thinking', thinking: [{ type: 'text', text }], closed: true };
}

/** Mistral's own thinking chunk, sent by a caller who keeps history in that form. */
export function toThinkingChunk(part: JsonObject, path: string, call: ProviderCall): JsonObject {
  reportUnknownKeys(part, known, path, call);
  const chunk: JsonObject = { type: 'thinking', thinking: toThoughts(part['thinking'], `${path}.thinking`, call) };
  if (typeof part['signature'] === 'string') chunk['signature'] = part['signature'];
  if (typeof part['closed'] === 'boolean') chunk['closed'] = part['closed'];
  return chunk;
}

function toThoughts(thinking: JsonValue | undefined, path: string, call: ProviderCall): JsonObject[] {
  if (typeof thinking === 'string') return [{ type: 'text', text: thinking }];
  if (!Array.isArray(thinking)) throw invalidParameter(path, `\`${path}\` must be a list of chunks`);
  return thinking.map((thought, index) => toThought(thought, `${path}[${index}]`, call));
}

const thoughtShapes: ReadonlyMap<unknown, { readonly [key: string]: ClosedShape }> = new Map([
  ['text', { type: 'scalar', text: 'scalar' }],
  ['reference', { type: 'scalar', reference_ids: ['scalar'] }],
  ['tool_reference', { type: 'scalar', tool: 'scalar', title: 'scalar', url: 'scalar', favicon: 'scalar', description: 'scalar' }],
]);

function toThought(thought: JsonValue, path: string, call: ProviderCall): JsonObject {
  const shape = isJsonObject(thought) ? thoughtShapes.get(thought['type']) : undefined;
  if (shape === undefined || !isJsonObject(thought)) {
    throw invalidParameter(path, `\`${path}\` must be a text, reference or tool_reference chunk`);
  }
  return copyClosedObject(thought, shape, path, call);
}
