/** A model's name, taken apart as Ollama takes it: `[host/][namespace/]model[:tag]`. */
export interface ModelName {
  readonly host: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
}

const pattern = /^(?:(?:([\w][\w.:-]*)\/)?([\w][\w.-]*)\/)?([\w][\w.-]*)(?::([\w][\w.-]*))?$/u;

/** Takes a name apart and fills what is left out; nothing where it is no name. */
export function parseModelName(text: string): ModelName | undefined {
  const parts = pattern.exec(text);
  const model = parts?.[3];
  if (parts === null || model === undefined || model.length > 80) return undefined;
  return { host: parts[1] ?? 'registry.ollama.ai', namespace: parts[2] ?? 'library', model, tag: parts[4] ?? 'latest' };
}

/** With everything that could be left out, as it stands in errors about capabilities. */
export function fullName({ host, namespace, model, tag }: ModelName): string {
  return `${host}/${namespace}/${model}:${tag}`;
}

/** Without host and namespace where they are the usual ones; always with its tag, as listings show it. */
export function shortName({ host, namespace, model, tag }: ModelName): string {
  const usualHost = host === 'registry.ollama.ai';
  const owner = usualHost && namespace === 'library' ? '' : `${namespace}/`;
  return `${usualHost ? '' : `${host}/`}${owner}${model}:${tag}`;
}
