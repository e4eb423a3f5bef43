import { openaiSegments } from '../faces/openai/routes.ts';

/** Paths of the proxy, of its command, and of faces beside OpenAI's. */
const reserved = new Set([...openaiSegments, 'api', 'health', 'prompts']);

/** Throws a `TypeError` unless the name can be a segment of a path and the prefix of a model without meaning something else there. */
export function checkProviderName(where: string, name: unknown): string {
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new TypeError(
      `${where}: \`name\` must be 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit`,
    );
  }
  if (reserved.has(name.toLowerCase())) {
    throw new TypeError(`${where}: \`name\` cannot be \`${name}\`, which is a path of the proxy itself; try \`my-${name}\``);
  }
  return name;
}
