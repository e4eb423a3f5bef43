import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, Usage } from '@ai-proxy/core';

/** The operations that a job can be made of, by the path that it names. */
const operations: Readonly<Record<string, string>> = {
  '/v1/chat/completions': 'chat',
  '/v1/fim/completions': 'fim',
  '/v1/embeddings': 'embeddings',
  '/v1/moderations': 'moderations',
  '/v1/classifications': 'classifications',
  '/v1/ocr': 'ocr',
};

/** The most that one request can use; nothing where it does not say. */
export type UseOf = (operation: string, input: JsonObject) => Usage | undefined;

/** The most that a job can use whose requests stand in it: the sum of what each of them can. Nothing where one of them does not say, or they are in a file. */
export function batchUse({ endpoint, requests, input_files: files, model }: JsonObject, useOf: UseOf): Usage | undefined {
  const operation = typeof endpoint === 'string' && Object.hasOwn(operations, endpoint) ? operations[endpoint] : undefined;
  const hasFiles = Array.isArray(files) && files.length > 0;
  if (operation === undefined || hasFiles || !Array.isArray(requests) || requests.length === 0) return undefined;
  const sum: Record<string, number> = {};
  for (const request of requests) {
    const body = isJsonObject(request) ? request['body'] : undefined;
    // Each could name another model, at another price.
    if (!isJsonObject(body) || (body['model'] !== undefined && body['model'] !== model)) return undefined;
    const use = useOf(operation, body);
    if (!use) return undefined;
    for (const [unit, amount] of Object.entries(use)) if (typeof amount === 'number') sum[unit] = (sum[unit] ?? 0) + amount;
  }
  return sum;
}
