import type { DecodedRequest, JsonObject, JsonValue } from '@ai-proxy/core';
import { loadAnswer } from '../answers/load-answer.ts';
import { badRequest } from './bad-request.ts';
import { generationFields, given, readAlternatives } from './generation-fields.ts';
import { readBody, readBoolean, readString, readStrings } from './go-values.ts';
import { toContent } from './messages.ts';
import { readModel } from './model-of-request.ts';

const root = 'GenerateRequest';

/** `POST /api/generate`: a hole to fill where there is a suffix, a text to go on with where it is raw, otherwise a chat of one message. */
export function decodeGenerate(body: JsonValue): DecodedRequest {
  const request = readBody(body, root);
  const model = readModel(request, root);
  const prompt = readString(request, 'prompt', root) ?? '';
  if (prompt === '') {
    return { operation: 'chat', model, stream: false, input: { model }, answer: loadAnswer('generate', model, request['keep_alive']) };
  }
  const raw = readBoolean(request, 'raw', root) ?? false;
  const system = readString(request, 'system', root) ?? '';
  const extensions = readExtensions(request);
  if (raw && (system !== '' || Object.keys(extensions).length > 0)) {
    throw badRequest('raw mode does not support template, system, or context', 'raw');
  }
  const stream = readBoolean(request, 'stream', root) ?? true;
  const suffix = readString(request, 'suffix', root) ?? '';
  const images = readStrings(request, 'images', root, 'api.ImageData');
  const alternatives = readAlternatives(request, root);
  const fields: JsonObject = { model, stream, ...generationFields(request, root), ...extensions };
  if (!raw && suffix === '') {
    const messages: JsonObject[] = [{ role: 'user', content: toContent(prompt, images, 'images') }];
    if (system !== '') messages.unshift({ role: 'system', content: system });
    const logprobs = alternatives === undefined ? {} : { logprobs: true, top_logprobs: alternatives };
    return { operation: 'chat', model, stream, input: { ...fields, ...logprobs, messages } };
  }
  if (images.length > 0) throw badRequest('images have no place in a raw prompt or beside a suffix: use /api/chat', 'images');
  const text = { ...fields, prompt, ...given('suffix', suffix === '' ? undefined : suffix) };
  // The older form says in one number what chat says in two fields.
  if (raw) return { operation: 'completions', model, stream, input: { ...text, raw, ...given('logprobs', alternatives) } };
  const unused = given('system', system === '' ? undefined : system);
  return {
    operation: 'fim',
    model,
    stream,
    input: { ...text, ...unused, ...given('logprobs', alternatives === undefined ? undefined : true) },
  };
}

/** What nobody but Ollama's own generate could honour: the provider will report that it did not. */
function readExtensions(request: JsonObject): JsonObject {
  const template = readString(request, 'template', root) ?? '';
  const { context } = request;
  return {
    ...given('template', template === '' ? undefined : template),
    ...given('context', Array.isArray(context) && context.length > 0 ? context : undefined),
  };
}
