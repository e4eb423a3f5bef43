import { isJsonObject } from '../json/json.ts';

/** Fields of a delta that are output; a role alone is not. */
const outputFields = ['content', 'tool_calls', 'reasoning_content', 'reasoning', 'refusal', 'function_call', 'audio'];

/** Whether a canonical chunk holds output: from here on the caller has seen a part of this answer and of no other. */
export function commitsOutput(chunk: unknown): boolean {
  if (!isJsonObject(chunk) || !Array.isArray(chunk.choices)) return false;
  return chunk.choices.some((choice) => {
    if (!isJsonObject(choice)) return false;
    if (typeof choice.finish_reason === 'string') return true;
    if (typeof choice.text === 'string' && choice.text !== '') return true;
    const { delta } = choice;
    return isJsonObject(delta) && outputFields.some((field) => hasOutput(delta[field]));
  });
}

const hasOutput = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' : Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null;
