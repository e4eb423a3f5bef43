import { closed, flag, list, listOr, may, need, number, objectOr, oneOf, orNull, freeObject, tagged, text } from '../validation/shape.ts';
import type { Shape } from '../validation/shape.ts';

const integer = number({ whole: true });
const textChunk = closed({ type: need(text), text: need(text) });
const numberOrText: Shape = (value, loc, report) => (typeof value === 'number' ? integer : text)(value, loc, report);
const referenceChunk = closed({ type: need(text), reference_ids: need(list(numberOrText)) });
const toolReferenceChunk = closed({
  type: need(text),
  tool: need(text),
  title: need(text),
  url: may(orNull(text)),
  favicon: may(orNull(text)),
  description: may(orNull(text)),
});
const thinkingChunk = closed({
  type: need(text),
  thinking: need(list(tagged('type', { text: textChunk, reference: referenceChunk, tool_reference: toolReferenceChunk }))),
  signature: may(orNull(text)),
  closed: may(flag),
});

export const imageChunk: Shape = closed({
  type: need(text),
  image_url: need(objectOr(closed({ url: need(text), detail: may(orNull(oneOf('low', 'auto', 'high'))) }), text)),
});
export const documentChunk: Shape = closed({ type: need(text), document_url: need(text), document_name: may(orNull(text)) });
export const fileChunk: Shape = closed({ type: need(text), file_id: need(uuidText) });

function uuidText(...[value, loc, report]: Parameters<Shape>): void {
  if (typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(value)) return;
  report({ type: 'uuid_parsing', loc, msg: 'Input should be a valid UUID', input: value });
}

const chunk = tagged('type', {
  text: textChunk,
  image_url: imageChunk,
  document_url: documentChunk,
  file: fileChunk,
  reference: referenceChunk,
  thinking: thinkingChunk,
  input_audio: closed({ type: need(text), input_audio: need(text) }),
  tool_reference: toolReferenceChunk,
});

const toolCall = closed({
  id: may(text),
  type: may(oneOf('function')),
  function: need(closed({ name: need(text), arguments: need(objectOr(freeObject, text)) })),
  index: may(integer),
});

/** A message: closed, by its role, down to the last chunk. */
export const message: Shape = tagged('role', {
  system: closed({ role: need(text), content: need(listOr(list(tagged('type', { text: textChunk, thinking: thinkingChunk })), text)) }),
  user: closed({ role: need(text), content: need(listOr(list(chunk), orNull(text))) }),
  assistant: closed({
    role: need(text),
    content: may(listOr(list(chunk), orNull(text))),
    tool_calls: may(orNull(list(toolCall))),
    prefix: may(flag),
  }),
  tool: closed({
    role: need(text),
    content: need(listOr(list(chunk), orNull(text))),
    tool_call_id: may(orNull(text)),
    name: may(orNull(text)),
  }),
});
