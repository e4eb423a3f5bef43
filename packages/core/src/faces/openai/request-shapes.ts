import { z } from 'zod';
import type { CanonicalOperation } from '../../provider/provider.ts';

/**
 * The shapes of requests, as far as the proxy itself relies on them; every other field is the provider's affair and stays.
 * They only judge: the body that goes on is the one that came. Messages continue the name of the field.
 */
export const requestShapes: Readonly<Record<CanonicalOperation, z.ZodType>> = {
  chat: z.looseObject({
    ...generationFields(),
    max_completion_tokens: wholeNumber(0).nullish(),
    messages: listOf(messageShape(), { least: 1 }),
    tools: listOf(objectShape()).nullish(),
  }),
  completions: z.looseObject({ ...generationFields(), prompt: textOrTokens(), suffix: text().nullish() }),
  fim: z.looseObject({ ...generationFields(), prompt: text(), suffix: text().nullish() }),
  embeddings: z.looseObject({
    input: textOrTokens(),
    encoding_format: z.enum(['float', 'base64'], 'must be "float" or "base64"').nullish(),
    dimensions: wholeNumber(1).nullish(),
  }),
  moderations: z.looseObject({
    input: z.custom((value) => typeof value === 'string' || Array.isArray(value), 'must be a string or an array'),
  }),
};

function generationFields(): z.ZodRawShape {
  return {
    stream: z.boolean('must be true or false').nullish(),
    stream_options: objectShape().nullish(),
    stop: z.custom(isTextOrTexts, 'must be a string or an array of strings').nullish(),
    // Reservations multiply by these two: a negative one must never reach them.
    n: wholeNumber(1).nullish(),
    max_tokens: wholeNumber(0).nullish(),
    temperature: z.number('must be a number').nullish(),
    top_p: z.number('must be a number').nullish(),
    seed: z.number('must be a number').nullish(),
    presence_penalty: z.number('must be a number').nullish(),
    frequency_penalty: z.number('must be a number').nullish(),
  };
}

function messageShape(): z.ZodType {
  const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;
  const parts = listOf(z.looseObject({ type: text() }, 'must be an object'));
  return z.looseObject(
    {
      role: z.enum(roles, `must be one of ${roles.join(', ')}`),
      content: z
        .unknown()
        .superRefine((content, context) => {
          if (typeof content === 'string' || content === null) return;
          if (Array.isArray(content)) report(parts, content, [], context);
          else context.addIssue({ code: 'custom', message: 'must be a string, an array of parts or null' });
        })
        .optional(),
      tool_calls: listOf(objectShape()).nullish(),
    },
    'must be an object',
  );
}

/**
 * An array of which only the first bad element is reported. zod's own array makes a report of each,
 * so that a body of a few megabytes with nothing right in it would take gigabytes.
 */
function listOf(element: z.ZodType, options: { readonly least: number } = { least: 0 }): z.ZodType {
  return z.unknown().superRefine((list, context) => {
    if (!Array.isArray(list)) return context.addIssue({ code: 'custom', message: 'must be an array' });
    if (list.length < options.least) return context.addIssue({ code: 'custom', message: 'must not be empty' });
    for (let index = 0; index < list.length; index += 1) {
      if (report(element, list[index], [index], context)) return;
    }
  });
}

/** Judges a value inside another shape; whether it found a fault. */
function report(shape: z.ZodType, value: unknown, path: readonly number[], context: z.RefinementCtx): boolean {
  const fault = shape.safeParse(value).error?.issues[0];
  if (fault === undefined) return false;
  context.addIssue({ code: 'custom', message: fault.message, path: [...path, ...fault.path] });
  return true;
}

function text(): z.ZodType {
  return z.string('must be a string');
}

function objectShape(): z.ZodType {
  return z.custom((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'must be an object');
}

function wholeNumber(least: number): z.ZodType {
  const message = `must be a whole number, ${least} or greater`;
  return z.int(message).min(least, message);
}

function textOrTokens(): z.ZodType {
  return z.custom(
    (value) => (isTextOrTexts(value) || isTokens(value) || (Array.isArray(value) && value.every(isTokens))) && !isEmptyArray(value),
    'must be a string, or an array, not empty, of strings, of tokens or of token arrays',
  );
}

function isTextOrTexts(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isTokens(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token) && token >= 0);
}
