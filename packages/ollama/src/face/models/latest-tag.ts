const latest = ':latest';

/**
 * A model's name as the proxy knows it. Ollama's names always have a tag, `latest` where nothing is said, and some clients write that tag
 * out themselves. The face cannot see what is listed, so that the rule is one for all names: `latest` is the same as no tag.
 */
export function withoutLatest(name: string): string {
  return name.endsWith(latest) && name.length > latest.length ? name.slice(0, -latest.length) : name;
}

/** The same name as Ollama's listings show it: with its tag. Clients look what they were given up in the listing. */
export function withTag(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}${latest}`;
}
