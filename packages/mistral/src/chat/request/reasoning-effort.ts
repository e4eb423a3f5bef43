import type { FieldRule } from '@ai-proxy/core';
// The models act on two levels only: the others are the nearest of the two.
const levels = new Map<unknown, 'none' | 'high'>([
  ['none', 'none'],
  ['minimal', 'none'],
  ['low', 'high'],
  ['medium', 'high'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

/** Ollama's word for the same, which its clients send beside the effort; alone it is the effort. */
export const ollamaThinking: FieldRule = (value, field, context) => {
  const { input } = context;
  if (input['reasoning_effort'] !== undefined && input['reasoning_effort'] !== null) return;
  reasoningEffort(value === true ? 'high' : value === false ? 'none' : value, field, context);
};

/** Maps the effort to what the models act on; left out where the model is known not to reason, which would refuse the field. */
export const reasoningEffort: FieldRule = (value, field, { body, call }) => {
  const level = levels.get(value);
  if (level === undefined) {
    call.drop(field, 'not a level that the provider knows');
    return;
  }
  const capabilities = call.modelInfo?.capabilities;
  if (capabilities !== undefined && !capabilities.has('reasoning')) {
    if (level !== 'none') call.drop(field, 'the model does not reason');
    return;
  }
  body['reasoning_effort'] = level;
};
