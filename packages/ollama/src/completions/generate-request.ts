import { applyFieldRules } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, UpstreamRequest } from '@ai-proxy/core';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import type { FieldRule } from '../requests/field-rules.ts';
import { readOptions, writeOptions } from '../requests/model-options.ts';
import { writeThink } from '../requests/thinking.ts';

/** The body of a request to `/api/generate`, but for its prompt. */
export function toGenerateBody(
  input: JsonObject,
  call: ProviderCall,
  rules: ReadonlyMap<string, FieldRule>,
  { keepAlive, openaiDefaults }: OllamaBehaviour,
): JsonObject {
  const body: JsonObject = { model: call.model, prompt: '', stream: call.stream };
  if (keepAlive !== undefined) body['keep_alive'] = keepAlive;
  const context = { input, body, options: readOptions(input, call), call };
  applyFieldRules(rules, context);
  writeThink(body, input, call);
  writeOptions(context, openaiDefaults);
  return body;
}

export function toGenerateRequest(body: JsonObject, prompt: string): UpstreamRequest & { readonly body: JsonObject } {
  return { path: '/api/generate', body: { ...body, prompt } };
}
