/** Written from the provider's published schema, independently of the code under test: what may stand where. */
export type Schema =
  | 'any'
  | 'scalar'
  | { readonly kind: 'list'; readonly of: Schema }
  | { readonly kind: 'either'; readonly of: readonly Schema[] }
  | { readonly kind: 'object'; readonly keys: Readonly<Record<string, Schema>> };

const list = (of: Schema): Schema => ({ kind: 'list', of });
const object = (keys: Readonly<Record<string, Schema>>): Schema => ({ kind: 'object', keys });
const either = (...of: readonly Schema[]): Schema => ({ kind: 'either', of });

const text = object({ type: 'scalar', text: 'scalar' });
const reference = object({ type: 'scalar', reference_ids: list('scalar') });
const toolReference = object({ type: 'scalar', tool: 'scalar', title: 'scalar', url: 'scalar', favicon: 'scalar', description: 'scalar' });
const thinking = object({ type: 'scalar', thinking: list(either(text, reference, toolReference)), signature: 'scalar', closed: 'scalar' });
const chunk = either(
  text,
  reference,
  thinking,
  object({ type: 'scalar', image_url: either('scalar', object({ url: 'scalar', detail: 'scalar' })) }),
  object({ type: 'scalar', document_url: 'scalar', document_name: 'scalar' }),
  object({ type: 'scalar', file_id: 'scalar' }),
  object({ type: 'scalar', input_audio: 'scalar' }),
);
const content = either('scalar', list(chunk));
const toolCall = object({
  id: 'scalar',
  type: 'scalar',
  index: 'scalar',
  function: object({ name: 'scalar', arguments: either('scalar', 'any') }),
});
const message = either(
  object({ role: 'scalar', content }),
  object({ role: 'scalar', content, tool_calls: list(toolCall), prefix: 'scalar' }),
  object({ role: 'scalar', content, tool_call_id: 'scalar', name: 'scalar' }),
);
const tool = object({ type: 'scalar', function: object({ name: 'scalar', description: 'scalar', strict: 'scalar', parameters: 'any' }) });

export const chatSchema: Schema = object({
  model: 'scalar',
  messages: list(message),
  temperature: 'scalar',
  top_p: 'scalar',
  max_tokens: 'scalar',
  stream: 'scalar',
  stop: either('scalar', list('scalar')),
  random_seed: 'scalar',
  metadata: 'any',
  response_format: object({
    type: 'scalar',
    json_schema: object({ name: 'scalar', schema: 'any', description: 'scalar', strict: 'scalar' }),
  }),
  tools: list(tool),
  tool_choice: either('scalar', object({ type: 'scalar', function: object({ name: 'scalar' }) })),
  parallel_tool_calls: 'scalar',
  presence_penalty: 'scalar',
  frequency_penalty: 'scalar',
  n: 'scalar',
  prediction: object({ type: 'scalar', content: 'scalar' }),
  reasoning_effort: 'scalar',
  prompt_mode: 'scalar',
  guardrails: list(object({ block_on_error: 'scalar' })),
  prompt_cache_key: 'scalar',
  service_tier: 'scalar',
  safe_prompt: 'scalar',
});

/** Where a value breaks a schema; nothing where it does not. */
export function breach(value: unknown, schema: Schema, path = '$'): string | undefined {
  if (schema === 'any') return undefined;
  if (schema === 'scalar') return typeof value === 'object' && value !== null ? `${path} is no scalar` : undefined;
  switch (schema.kind) {
    case 'list':
      if (!Array.isArray(value)) return `${path} is no list`;
      return value.map((entry, index) => breach(entry, schema.of, `${path}[${index}]`)).find((found) => found !== undefined);
    case 'either': {
      const breaches = schema.of.map((one) => breach(value, one, path));
      return breaches.includes(undefined) ? undefined : breaches.join(' / ');
    }
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is no object`;
      for (const [key, entry] of Object.entries(value)) {
        const inner = Object.hasOwn(schema.keys, key) ? schema.keys[key] : undefined;
        if (inner === undefined) return `${path}.${key} is unknown`;
        const found = breach(entry, inner, `${path}.${key}`);
        if (found !== undefined) return found;
      }
      return undefined;
  }
}
