export { mistralFromEnvironment } from './from-environment.ts';
export { mistral } from './mistral.ts';
export { openaiCompatible } from './openai-compatible/openai-compatible.ts';
export type { MessageOrderRepairs } from './chat/request/message-order.ts';
export type { MistralOptions } from './options/mistral-options.ts';
export type { OpenAICompatibleOptions } from './openai-compatible/options.ts';
