import type { JsonObject } from '@ai-proxy/core';
import type { Answer } from '../server/answer.ts';
import { ollamaError, ollamaJson } from './errors.ts';

/** What a long task says: its steps, and at the end `success` or what went wrong. */
export interface Progress {
  readonly steps: readonly JsonObject[];
  readonly failure?: string;
}

/** Tells of a task line by line, as is the default, or by its last line alone. */
export function tellProgress({ steps, failure }: Progress, stream: boolean): Answer {
  if (failure !== undefined && (!stream || steps.length === 0)) return ollamaError(500, failure);
  if (!stream) return ollamaJson(200, { status: 'success' });
  const last = failure === undefined ? { status: 'success' } : { error: failure };
  return { kind: 'stream', status: 200, events: [...steps, last].map((data) => ({ data })) };
}

/** The steps of moving one layer: first its size, then how far it is. */
export function layerSteps(word: string, digest: string, total: number): JsonObject[] {
  const head = { status: `${word} ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total };
  return [head, { ...head, completed: Math.floor(total / 2) }, { ...head, completed: total }];
}
