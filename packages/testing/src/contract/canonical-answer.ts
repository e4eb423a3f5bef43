import { isJsonObject } from '@ai-proxy/core';
import type { CanonicalOperation, JsonObject, JsonValue } from '@ai-proxy/core';
import { demand, shown } from './contract-check.ts';

const finishReasons: ReadonlySet<unknown> = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

/** Throws unless a whole answer has the form that OpenAI's clients read. */
export function checkCanonicalAnswer(operation: CanonicalOperation, output: JsonObject): void {
  switch (operation) {
    case 'chat':
    case 'fim':
      checkHead(output, 'chat.completion');
      for (const choice of objectsIn(output['choices'], 'choices')) checkMessage(choice);
      return;
    case 'completions':
      checkHead(output, 'text_completion');
      for (const choice of objectsIn(output['choices'], 'choices')) {
        demand(typeof choice['text'] === 'string', 'a choice has no text');
        demandFinishReason(choice['finish_reason']);
      }
      return;
    case 'embeddings':
      checkEmbeddings(output);
      return;
    case 'moderations':
      checkModerations(output);
      return;
    default:
      operation satisfies never;
  }
}

/** Throws unless a finish is one that clients know. */
export function demandFinishReason(reason: JsonValue | undefined): void {
  demand(finishReasons.has(reason), `finish_reason is ${shown(reason)}; clients know ${[...finishReasons].join(', ')}`);
}

/** Throws unless counts of tokens have the names and the form that clients add up. */
export function checkUsage(usage: JsonValue | undefined, names: readonly string[]): void {
  if (usage === undefined) return;
  demand(isJsonObject(usage), `usage is ${shown(usage)}`);
  for (const name of names) {
    const count = usage[name];
    demand(typeof count === 'number' && Number.isInteger(count) && count >= 0, `usage.${name} is ${shown(count)}`);
  }
}

/** The names of the counts in answers that generate. */
export const generationCounts: readonly string[] = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

/** What every answer and every chunk that generates begins with. */
export function checkIdentity(output: JsonObject, object: string): void {
  demand(output['object'] === object, `object is ${shown(output['object'])}, not ${object}`);
  demand(typeof output['id'] === 'string' && output['id'] !== '', `id is ${shown(output['id'])}`);
  demand(Number.isInteger(output['created']), `created is ${shown(output['created'])}, and not a time in whole seconds`);
  demand(typeof output['model'] === 'string' && output['model'] !== '', `model is ${shown(output['model'])}`);
}

function checkHead(output: JsonObject, object: string): void {
  checkIdentity(output, object);
  const choices = objectsIn(output['choices'], 'choices');
  const indices = choices.map((choice) => choice['index']);
  demand(choices.length > 0 && indices.every((index, at) => index === at), `the indices of the choices are ${shown(indices)}`);
  checkUsage(output['usage'], generationCounts);
}

function checkMessage({ message, finish_reason: reason }: JsonObject): void {
  demandFinishReason(reason);
  demand(isJsonObject(message) && message['role'] === 'assistant', `a choice's message is ${shown(message)}, and not the assistant's`);
  const { content, tool_calls: calls } = message;
  demand(content === null || typeof content === 'string', `a message's content is ${shown(content)}; it is a string or null`);
  if (calls === undefined) return;
  for (const call of objectsIn(calls, 'tool_calls')) {
    demand(typeof call['id'] === 'string' && call['id'] !== '', `a tool call's id is ${shown(call['id'])}`);
    const called = call['function'];
    demand(call['type'] === 'function' && isJsonObject(called), `a tool call is ${shown(call)}`);
    demand(typeof called['name'] === 'string' && called['name'] !== '', `a tool call's name is ${shown(called['name'])}`);
    demand(typeof called['arguments'] === 'string', `a tool call's arguments are ${shown(called['arguments'])}; they are text`);
  }
}

function checkEmbeddings(output: JsonObject): void {
  demand(output['object'] === 'list', `object is ${shown(output['object'])}, not list`);
  demand(typeof output['model'] === 'string', `model is ${shown(output['model'])}`);
  const data = objectsIn(output['data'], 'data');
  demand(data.length > 0, 'there is no embedding');
  for (const [at, { object, index, embedding }] of data.entries()) {
    demand(object === 'embedding' && index === at, `data[${at}] is ${shown({ object, index })}`);
    const isVector = Array.isArray(embedding) && embedding.length > 0 && embedding.every((number) => typeof number === 'number');
    demand(isVector || typeof embedding === 'string', `data[${at}].embedding is no list of numbers`);
  }
  checkUsage(output['usage'], ['prompt_tokens', 'total_tokens']);
}

function checkModerations(output: JsonObject): void {
  demand(
    typeof output['id'] === 'string' && typeof output['model'] === 'string',
    `id and model are ${shown([output['id'], output['model']])}`,
  );
  const results = objectsIn(output['results'], 'results');
  demand(results.length > 0, 'there is no result');
  for (const { flagged, categories, category_scores: scores } of results) {
    demand(typeof flagged === 'boolean', `flagged is ${shown(flagged)}`);
    demand(isJsonObject(categories) && isJsonObject(scores), 'a result has no categories or no category_scores');
  }
}

function objectsIn(list: JsonValue | undefined, name: string): JsonObject[] {
  demand(Array.isArray(list) && list.every(isJsonObject), `${name} is ${shown(list)}, and no list of objects`);
  return list.filter(isJsonObject);
}
