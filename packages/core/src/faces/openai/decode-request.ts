import { invalidParameter } from '../../errors/parameter-errors.ts';
import { ProxyError } from '../../errors/proxy-error.ts';
import { isJsonObject } from '../../json/json.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';
import type { CanonicalOperation } from '../../provider/provider.ts';
import { misplacedRequest } from './misplaced-request.ts';
import { requestFault } from './request-fault.ts';
import { requestShapes } from './request-shapes.ts';

/** What a body asks for. `input` is the body itself: the OpenAI face speaks the canonical form. */
export interface OpenaiRequest {
  readonly model: string;
  /** Always false for operations that have no streams. */
  readonly stream: boolean;
  readonly input: JsonObject;
}

/** Longer names are no models, and names are compared, logged and counted by. */
const longestModelName = 256;

/** Reads the body of a request to one of the face's operations. Throws a 400 that names the field which is at fault. */
export function decodeOpenaiRequest(operation: CanonicalOperation, body: JsonValue): OpenaiRequest {
  if (!isJsonObject(body)) {
    throw new ProxyError('The body must be a JSON object, for example {"model": "…", …}.', {
      status: 400,
      code: 'invalid_body',
      source: 'caller',
    });
  }
  const misplaced = misplacedRequest(operation, body);
  if (misplaced !== undefined) throw misplaced;
  const model = readModel(body);
  const issue = requestShapes[operation].safeParse(body).error?.issues[0];
  if (issue !== undefined) throw requestFault(issue, body);
  const streams = operation === 'chat' || operation === 'completions' || operation === 'fim';
  return { model, stream: streams && body['stream'] === true, input: body };
}

function readModel(body: JsonObject): string {
  const model = body['model'];
  if (model === undefined || model === null || model === '') {
    throw new ProxyError(
      'The request names no model: add "model", for example "model": "provider/model". GET /v1/models lists what there is.',
      { status: 400, code: 'model_required', param: 'model', source: 'caller' },
    );
  }
  if (typeof model !== 'string' || model.length > longestModelName) {
    throw invalidParameter('model', `"model" must be a string of at most ${longestModelName} characters, the name of a model.`);
  }
  return model;
}
