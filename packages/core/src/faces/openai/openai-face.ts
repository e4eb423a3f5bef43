import type { CallerFace, FaceRoute } from '../face.ts';
import type { ListedModel, ModelsValue } from '../../models/listed-model.ts';
import { createOpenaiEncoder } from './create-encoder.ts';
import { decodeOpenaiRequest } from './decode-request.ts';
import { openaiErrorBody } from './error-body.ts';
import { modelEntry, modelList } from './model-entries.ts';
import { matchOpenaiRoute } from './routes.ts';

/** How callers of OpenAI's API are served: any of its SDKs, and every tool that takes a base URL. */
export const openaiFace: CallerFace = {
  name: 'openai',
  isNative: false,
  createEncoder: (call) => createOpenaiEncoder(call),
  errorBody: openaiErrorBody,
  match(method, segments) {
    const match = matchOpenaiRoute(method, segments);
    switch (match?.kind) {
      case 'operation': {
        const { operation } = match;
        return { kind: 'operation', operation, decode: (body) => ({ operation, ...decodeOpenaiRequest(operation, body) }) };
      }
      case 'models':
        return { kind: 'models', createEncoder: writing((value) => modelList((value as ModelsValue).models)) };
      case 'model':
        return { kind: 'model', id: match.id, createEncoder: writing((value) => modelEntry(value as ListedModel)) };
      default:
        return match;
    }
  },
};

/** The face's encoder for answers that are kept in another form until they are written. */
const writing =
  (toOpenai: (value: unknown) => unknown): NonNullable<Extract<FaceRoute, { kind: 'models' }>['createEncoder']> =>
  (call) => ({ ...createOpenaiEncoder(call), value: (value) => JSON.stringify(toOpenai(value)) });
