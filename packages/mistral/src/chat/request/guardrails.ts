import type { FieldRule } from '@ai-proxy/core';
import type { ClosedShape } from '../../requests/closed-copy.ts';
import { copyClosed } from '../../requests/closed-copy.ts';

const thresholds: ClosedShape = {
  sexual: 'scalar',
  hate_and_discrimination: 'scalar',
  violence_and_threats: 'scalar',
  dangerous_and_criminal_content: 'scalar',
  dangerous: 'scalar',
  criminal: 'scalar',
  selfharm: 'scalar',
  health: 'scalar',
  financial: 'scalar',
  law: 'scalar',
  pii: 'scalar',
  jailbreaking: 'scalar',
};

const moderation: ClosedShape = {
  model_name: 'scalar',
  custom_category_thresholds: thresholds,
  ignore_other_categories: 'scalar',
  action: 'scalar',
};

const shape: ClosedShape = [{ block_on_error: 'scalar', moderation_llm_v1: moderation, moderation_llm_v2: moderation }];

/** Mistral's own moderation inside a chat call, for callers that ask for it. */
export const guardrails: FieldRule = (value, field, { body, call }) => {
  body[field] = copyClosed(value, shape, field, call);
};
