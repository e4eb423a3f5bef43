import { isJsonObject } from '@ai-proxy/core';
import type { BatchResult, JsonValue } from '@ai-proxy/core';
import { readNativeUsage } from './usage.ts';

/** The results in a job that was fetched with `inline=true`, or the one in a line of its output file; none in anything else. */
export function readBatchResults(body: unknown): readonly BatchResult[] {
  if (!isJsonObject(body)) return [];
  if (body['object'] !== 'batch') return toResult(body);
  const { outputs, status } = body;
  return Array.isArray(outputs) && !underWay.has(status) ? outputs.flatMap(toResult) : [];
}

const underWay: ReadonlySet<JsonValue | undefined> = new Set(['QUEUED', 'RUNNING', 'CANCELLATION_REQUESTED']);

function toResult(line: JsonValue): readonly BatchResult[] {
  if (!isJsonObject(line) || typeof line['id'] !== 'string') return [];
  const { id, response } = line;
  if (!isJsonObject(response) || typeof response['status_code'] !== 'number') return [];
  return [{ id, usage: readNativeUsage('batch', response['body']) }];
}
