import type { JsonObject } from '@ai-proxy/core';
import { isObject, textOf } from '../json/json-object.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { empty, ollamaError, quoted } from './errors.ts';
import { parseModelName } from './model-name.ts';
import type { OllamaModel } from './models.ts';
import { modelNotFound } from './prepare-run.ts';
import { layerSteps, tellProgress } from './progress.ts';
import type { OllamaSetup } from './setup.ts';

const noManifest = 'pull model manifest: file does not exist';

/** `POST /api/pull` */
export function pullModel(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = nameOf(body);
  if (parseModelName(name) === undefined) return ollamaError(400, 'invalid model name');
  const stream = body.stream !== false;
  const begin = { status: 'pulling manifest' };
  const found = setup.store.inRegistry(name);
  if (found === undefined) return tellProgress({ steps: [begin], failure: noManifest }, stream);
  const { digest, size } = setup.store.add(found);
  const end = [{ status: 'verifying sha256 digest' }, { status: 'writing manifest' }];
  return tellProgress({ steps: [begin, ...layerSteps('pulling', digest, size), ...end] }, stream);
}

/** `POST /api/push` */
export function pushModel(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = nameOf(body);
  if (name === '') return ollamaError(400, 'model is required');
  const stream = body.stream !== false;
  const begin = { status: 'retrieving manifest' };
  const stored = setup.store.find(name);
  if (stored === undefined) return tellProgress({ steps: [begin], failure: "couldn't open manifest: file does not exist" }, stream);
  if (parseModelName(name)?.namespace === 'library') {
    const failure = 'you are not authorized to push to this namespace, create the model under a namespace you own';
    return tellProgress({ steps: [begin], failure }, stream);
  }
  return tellProgress({ steps: [begin, ...layerSteps('pushing', stored.digest, stored.size), { status: 'pushing manifest' }] }, stream);
}

/** `POST /api/create` */
export function createModel(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = nameOf(body);
  if (parseModelName(name) === undefined) return ollamaError(400, 'invalid model name');
  const stream = body.stream !== false;
  const from = textOf(body.from) ?? '';
  const files = isObject(body.files) ? Object.values(body.files) : [];
  if (from === '' && files.length === 0) return ollamaError(400, "neither 'from' or 'files' was specified");
  const missing = files.find((digest) => !setup.store.blobs.has(textOf(digest) ?? ''));
  if (missing !== undefined)
    return tellProgress({ steps: [], failure: `open blob ${textOf(missing) ?? ''}: no such file or directory` }, stream);
  const parent = from === '' ? undefined : (setup.store.find(from)?.model ?? setup.store.inRegistry(from));
  if (from !== '' && parent === undefined) return tellProgress({ steps: [{ status: 'pulling manifest' }], failure: noManifest }, stream);
  const { digest } = setup.store.add(changed(name, parent ?? { name, capabilities: ['completion'] }, body));
  const steps = [
    { status: `using existing layer sha256:${digest}` },
    { status: `creating new layer sha256:${digest.split('').toReversed().join('')}` },
    { status: 'writing manifest' },
  ];
  return tellProgress({ steps }, stream);
}

/** `POST /api/copy` */
export function copyModel(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const source = textOf(body.source) ?? '';
  const destination = textOf(body.destination) ?? '';
  if (parseModelName(source) === undefined) return ollamaError(400, `source ${quoted(source)} is invalid`);
  if (parseModelName(destination) === undefined) return ollamaError(400, `destination ${quoted(destination)} is invalid`);
  const stored = setup.store.find(source);
  if (stored === undefined) return ollamaError(404, `model ${quoted(source)} not found`);
  setup.store.add({ ...stored.model, name: destination });
  return empty(200);
}

/** `DELETE /api/delete` */
export function deleteModel(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = nameOf(body);
  if (parseModelName(name) === undefined) return ollamaError(400, `name ${quoted(name)} is invalid`);
  return setup.store.remove(name) ? empty(200) : modelNotFound(name, false);
}

/** Old clients say `name`. */
function nameOf(body: JsonObject): string {
  return textOf(body.model) || textOf(body.name) || '';
}

function changed(name: string, parent: OllamaModel, body: JsonObject): OllamaModel {
  const { system, template, license } = body;
  return {
    ...parent,
    name,
    ...(typeof system === 'string' ? { system } : {}),
    ...(typeof template === 'string' ? { template } : {}),
    ...(typeof license === 'string' ? { license } : {}),
    ...(isObject(body.parameters) ? { parameters: { ...parent.parameters, ...body.parameters } } : {}),
  };
}
