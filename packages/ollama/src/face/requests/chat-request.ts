import type { DecodedRequest, JsonObject, JsonValue } from '@ai-proxy/core';
import { loadAnswer } from '../answers/load-answer.ts';
import { generationFields, readAlternatives } from './generation-fields.ts';
import { readBody, readBoolean, readObjects } from './go-values.ts';
import { toMessages } from './messages.ts';
import { readModel } from './model-of-request.ts';

const root = 'ChatRequest';

/** `POST /api/chat` in OpenAI's words. Where nothing is said about streams it is one. */
export function decodeChat(body: JsonValue): DecodedRequest {
  const request = readBody(body, root);
  const model = readModel(request, root);
  const messages = readObjects(request, 'messages', root, 'api.Message');
  if (messages.length === 0) {
    return { operation: 'chat', model, stream: false, input: { model }, answer: loadAnswer('chat', model, request['keep_alive']) };
  }
  const stream = readBoolean(request, 'stream', root) ?? true;
  const alternatives = readAlternatives(request, root);
  const tools = readObjects(request, 'tools', root, 'api.Tool').map(toTool);
  const input: JsonObject = {
    model,
    messages: toMessages(messages),
    stream,
    ...(tools.length > 0 ? { tools } : {}),
    ...(alternatives === undefined ? {} : { logprobs: true, top_logprobs: alternatives }),
    ...generationFields(request, root),
  };
  return { operation: 'chat', model, stream, input };
}

/** A tool is OpenAI's own; Ollama does not insist on its type. */
function toTool(tool: JsonObject): JsonObject {
  return typeof tool['type'] === 'string' && tool['type'] !== '' ? tool : { ...tool, type: 'function' };
}
