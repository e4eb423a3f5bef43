import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { isJsonObject } from '@ai-proxy/core';
import { rememberLegacyFunctions } from '../../chat/legacy-functions.ts';
import type { ReadCompatibleOptions } from '../options.ts';
import { toCompatibleMessages } from './messages.ts';
import { withoutNulls } from './open-object.ts';
import { toSchemaInObject } from './response-format.ts';
import { writeCompatibleTools } from './tools.ts';

/** A chat request for a server that speaks OpenAI's words itself. The object is open: sampling options of the server's own go up. */
export function toCompatibleChatRequest(input: JsonObject, call: ProviderCall, options: ReadCompatibleOptions): JsonObject {
  const body = toCompatibleBody(input, call, options);
  body['messages'] = toCompatibleMessages(input['messages'], options);
  // The newer name is not known everywhere; where both are, they are one.
  if (body['max_completion_tokens'] !== undefined) body['max_tokens'] = body['max_completion_tokens'];
  writeCompatibleTools(body, input, call);
  if (options.dialect === 'llama-cpp-python' && body['response_format'] !== undefined) {
    body['response_format'] = toSchemaInObject(body['response_format']);
  }
  if (rememberLegacyFunctions(input, call)) body['parallel_tool_calls'] = false;
  return body;
}

/** What chat and completions share: the model, and a stream that counts its tokens. */
export function toCompatibleBody(input: JsonObject, call: ProviderCall, options: ReadCompatibleOptions): JsonObject {
  const body = withoutNulls(input);
  const asked = isJsonObject(body['stream_options']) ? body['stream_options'] : {};
  delete body['stream'];
  delete body['stream_options'];
  body['model'] = call.model;
  if (!call.stream) return body;
  body['stream'] = true;
  if (options.dialect === 'openai') body['stream_options'] = { ...asked, include_usage: true };
  return body;
}
