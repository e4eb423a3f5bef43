import type { JsonObject } from '@ai-proxy/core';
import { uuid } from '../content/identifiers.ts';
import { isObject, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { closed, judge, list, may, need, number, orNull, text } from '../validation/shape.ts';
import type { Field } from '../validation/shape.ts';
import { detail, refuseDetail } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { keepNewest } from './state.ts';
import type { MistralState } from './state.ts';

const more: Readonly<Record<string, Field>> = {
  slug: may(orNull(text)),
  languages: may(list(text)),
  gender: may(orNull(text)),
  age: may(orNull(number({ whole: true, ge: 0 }))),
  tags: may(orNull(list(text))),
  color: may(orNull(text)),
  description: may(orNull(text)),
};
const createRequest = closed({
  ...more,
  name: need(text),
  retention_notice: may(number({ whole: true, ge: 0 })),
  sample_audio: need(text),
  sample_filename: may(orNull(text)),
});
const updateRequest = closed({ ...more, name: may(orNull(text)) });

/** Voices that every account has. */
const presets: readonly JsonObject[] = ['en_paul_neutral', 'voice_478'].map((id) => ({
  id,
  slug: id,
  name: id,
  languages: ['en'],
  retention_notice: 30,
  created_at: '2026-01-01T00:00:00Z',
  user_id: null,
}));

/** Whether a voice of this name can speak. */
export const isVoice = (id: string, state: MistralState): boolean => state.voices.has(id) || presets.some((one) => one.id === id);

/** `POST /v1/audio/voices` */
export function createVoice(request: ServedRequest, state: MistralState): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(createRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const { sample_audio: sample, sample_filename: _name, ...entry } = read.value;
  const id = uuid(`voice ${request.index} ${state.now()}`);
  const voice: JsonObject = {
    retention_notice: 30,
    ...entry,
    id,
    created_at: new Date(state.now() * 1000).toISOString(),
    user_id: uuid('user'),
  };
  state.voices.set(id, { entry: voice, sample: textOf(sample) ?? '' });
  keepNewest(state.voices, 1000);
  return json(200, voice);
}

/** `GET /v1/audio/voices` */
export function listVoices(request: ServedRequest, state: MistralState): Answer {
  const all = [...presets, ...[...state.voices.values()].map(({ entry }) => entry)];
  const size = Number(request.query.get('limit') ?? 10);
  const from = Number(request.query.get('offset') ?? 0);
  const items = all.slice(from, from + size);
  return json(200, {
    items,
    total: all.length,
    page: Math.floor(from / size) + 1,
    page_size: size,
    total_pages: Math.ceil(all.length / size),
  });
}

/** What one voice's routes do. */
export function withVoice(request: ServedRequest, state: MistralState, id: string, rest: string): Answer {
  const preset = presets.find((one) => one.id === id);
  const own = state.voices.get(id);
  const voice = own?.entry ?? preset;
  if (voice === undefined) return detail(404, 'Voice not found');
  if (preset !== undefined && request.method !== 'GET') return detail(403, 'This voice cannot be changed');
  switch (`${request.method} ${rest}`) {
    case 'GET ':
      return json(200, voice);
    case 'GET /sample':
      return { kind: 'bytes', status: 200, contentType: 'audio/wav', bytes: new TextEncoder().encode(own?.sample ?? `sample of ${id}`) };
    case 'DELETE ':
      state.voices.delete(id);
      return json(200, voice);
    default: {
      const read = readJsonBody(request);
      if ('issues' in read) return refuseDetail(read.issues);
      const issues = judge(updateRequest, read.value);
      if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
      const changed: JsonObject = { ...voice, ...read.value };
      state.voices.set(id, { entry: changed, sample: own?.sample ?? '' });
      return json(200, changed);
    }
  }
}
