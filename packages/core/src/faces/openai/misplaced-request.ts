import { invalidParameter } from '../../errors/parameter-errors.ts';
import type { ProxyError } from '../../errors/proxy-error.ts';
import type { JsonObject } from '../../json/json.ts';
import type { CanonicalOperation } from '../../provider/provider.ts';

/** The field that each operation reads its question from. */
const questionFields: Readonly<Record<CanonicalOperation, string>> = {
  chat: 'messages',
  completions: 'prompt',
  fim: 'prompt',
  embeddings: 'input',
  moderations: 'input',
};

/** Where a body with such a field would be understood. */
const homes: Readonly<Record<string, string>> = {
  messages: 'POST /v1/chat/completions',
  prompt: 'POST /v1/completions',
  input: 'POST /v1/embeddings or POST /v1/moderations',
};

/** The 400 for a body that was sent to another operation's path; nothing where it is in its place. */
export function misplacedRequest(operation: CanonicalOperation, body: JsonObject): ProxyError | undefined {
  const wanted = questionFields[operation];
  if (body[wanted] !== undefined) return undefined;
  const found = Object.keys(homes).find((field) => body[field] !== undefined);
  if (found === undefined) return undefined;
  return invalidParameter(
    wanted,
    `The body has "${found}" and no "${wanted}": send it to ${homes[found]}, or give "${wanted}" in place of "${found}" to stay here.`,
  );
}
