import type { Face } from '../face.ts';
import { createOpenaiEncoder } from './create-encoder.ts';
import { openaiErrorBody } from './error-body.ts';

/** How callers of OpenAI's API are answered: any of its SDKs, and every tool that takes a base URL. */
export const openaiFace: Face = {
  name: 'openai',
  isNative: false,
  createEncoder: (call) => createOpenaiEncoder(call),
  errorBody: openaiErrorBody,
};
