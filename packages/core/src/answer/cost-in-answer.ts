import type { Call } from '../call/call.ts';
import type { ChunkBatch, Reply } from '../call/reply.ts';
import { mapFlow } from '../flow/map-flow.ts';
import { isJsonObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';

/** The header that tells what a whole answer cost, in dollars; none where that is not known, and none on streams, whose headers go before it is. */
export function costHeader({ receipt }: Call): Record<string, string> {
  if (receipt.attempts === 0) return {};
  const { cost } = receipt;
  return cost === null ? {} : { 'x-ai-proxy-cost': toDollars(cost.micros).toString() };
}

/** Tells the cost beside the tokens, in canonical answers and chunks that state those. */
export function withCostInBody(reply: Reply, call: Call): Reply {
  switch (reply.kind) {
    case 'value':
      return isJsonObject(reply.value) ? { ...reply, value: withCost(reply.value, call) } : reply;
    case 'stream':
      return { ...reply, batches: mapFlow(reply.batches, (batch) => batchWithCost(batch, call)) };
    case 'relay':
      return reply;
  }
}

function batchWithCost(batch: ChunkBatch, call: Call): ChunkBatch {
  const holdsUsage = (chunk: unknown): chunk is JsonObject => isJsonObject(chunk) && isJsonObject(chunk.usage);
  if (!batch.chunks.some(holdsUsage)) return batch;
  return { chunks: batch.chunks.map((chunk) => (holdsUsage(chunk) ? withCost(chunk, call) : chunk)) };
}

function withCost(output: JsonObject, { receipt }: Call): JsonObject {
  const { usage } = output;
  const cost = isJsonObject(usage) ? receipt.cost : null;
  return isJsonObject(usage) && cost !== null ? { ...output, usage: { ...usage, cost: toDollars(cost.micros) } } : output;
}

/** Millionths have at most six digits behind the point, and are never written with an exponent. */
const toDollars = (micros: number): number => micros / 1_000_000;
