import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { checkIdentity, checkUsage, demandFinishReason, generationCounts } from './canonical-answer.ts';
import { demand, shown } from './contract-check.ts';

interface SeenChoice {
  begun: boolean;
  finished: boolean;
  /** How many tool calls have begun. */
  toolCalls: number;
}

/** Throws unless the chunks of a stream come in the form and the order that OpenAI's clients rely on. */
export function checkChunkOrder(chunks: readonly JsonObject[], form: 'chat.completion.chunk' | 'text_completion'): Map<number, SeenChoice> {
  const choices = new Map<number, SeenChoice>();
  for (const [at, chunk] of chunks.entries()) {
    const where = `chunk ${at}`;
    checkIdentity(chunk, form);
    for (const name of ['id', 'created', 'model']) {
      demand(chunk[name] === chunks[0]?.[name], `${where}: ${name} is ${shown(chunk[name])}, and was ${shown(chunks[0]?.[name])} at first`);
    }
    const entries = chunk['choices'];
    demand(Array.isArray(entries), `${where}: choices is ${shown(entries)}`);
    const isLast = at === chunks.length - 1;
    const { usage } = chunk;
    demand(usage === undefined || (isLast && entries.length === 0), `${where}: usage comes last, in a chunk of its own with no choices`);
    demand(entries.length > 0 || usage !== undefined, `${where}: it has neither choices nor usage`);
    checkUsage(usage, generationCounts);
    for (const entry of entries) checkChoice(entry, choices, where, form);
  }
  return choices;
}

function checkChoice(entry: JsonValue, choices: Map<number, SeenChoice>, where: string, form: string): void {
  demand(isJsonObject(entry), `${where}: a choice is ${shown(entry)}`);
  const { index, finish_reason: reason = null } = entry;
  demand(typeof index === 'number', `${where}: a choice has the index ${shown(index)}`);
  const choice = choices.get(index) ?? { begun: false, finished: false, toolCalls: 0 };
  choices.set(index, choice);
  demand(!choice.finished, `${where}: choice ${shown(index)} goes on after its finish`);
  if (form === 'text_completion') demand(typeof entry['text'] === 'string', `${where}: text is ${shown(entry['text'])}`);
  else checkDelta(entry['delta'], reason, choice, where);
  if (reason === null) return;
  demandFinishReason(reason);
  choice.finished = true;
}

function checkDelta(delta: JsonValue | undefined, reason: JsonValue, choice: SeenChoice, where: string): void {
  demand(isJsonObject(delta), `${where}: delta is ${shown(delta)}`);
  const isFirst = !choice.begun;
  choice.begun = true;
  demand(
    isFirst ? delta['role'] === 'assistant' : delta['role'] === undefined,
    `${where}: the role is ${shown(delta['role'])}; "assistant" comes with the first chunk of a choice and with no other`,
  );
  demand(reason === null || Object.keys(delta).length === 0, `${where}: a finish comes in a chunk of its own, with \`delta: {}\``);
  const { content, tool_calls: calls } = delta;
  demand(content === undefined || content === null || typeof content === 'string', `${where}: content is ${shown(content)}`);
  if (calls === undefined) return;
  demand(Array.isArray(calls), `${where}: tool_calls is ${shown(calls)}`);
  for (const call of calls) checkFragment(call, choice, where);
}

function checkFragment(call: JsonValue, choice: SeenChoice, where: string): void {
  demand(isJsonObject(call) && typeof call['index'] === 'number', `${where}: a fragment of a tool call is ${shown(call)}`);
  const { index, id, type, function: called } = call;
  demand(isJsonObject(called), `${where}: a fragment of a tool call has no function`);
  const { name, arguments: text } = called;
  demand(text === undefined || typeof text === 'string', `${where}: arguments are ${shown(text)}; they are text`);
  if (typeof index === 'number' && index < choice.toolCalls) return;
  demand(index === choice.toolCalls, `${where}: a tool call has index ${shown(index)}, and ${choice.toolCalls} is next`);
  choice.toolCalls += 1;
  const isWhole = typeof id === 'string' && id !== '' && type === 'function' && typeof name === 'string' && name !== '';
  demand(isWhole, `${where}: the first fragment of a tool call has id, type and name; this is ${shown(call)}`);
}
