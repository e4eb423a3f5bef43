/** The commands of a block of shell, as words. Knows quotes, line ends that a backslash continues, and comments; nothing else. */
export function shellCommands(code: string): string[][] {
  return code
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) =>
      [...line.matchAll(/#.*$|'([^']*)'|"([^"]*)"|[^\s'"]+/g)]
        .filter(([word]) => !word.startsWith('#'))
        .map(([word, single, double]) => single ?? double ?? word),
    )
    .filter((words) => words.length > 0);
}

/** What a `curl` command asks for. */
export interface CurlRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | FormData | undefined;
}

/** Reads the arguments of `curl` that the pages use; throws for any other, so that none is overlooked. */
export function readCurl([command, ...words]: readonly string[]): CurlRequest {
  if (command !== 'curl') throw new Error(`${command} is not curl`);
  let url = '';
  let body: string | undefined;
  let form: FormData | undefined;
  const headers: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-N' || word === '-i') continue;
    if (!word.startsWith('-')) {
      url = word;
      continue;
    }
    at += 1;
    const value = words[at] ?? '';
    const [name = '', rest = ''] = value.split(/[:=]\s*(.*)/s, 2);
    if (word === '-H') headers[name] = rest;
    else if (word === '-d') body = value;
    else if (word === '-F') (form ??= new FormData()).append(name, rest.startsWith('@') ? new File(['{}\n'], rest.slice(1)) : rest);
    else throw new Error(`the option ${word} of curl is not read here`);
  }
  return { url, method: body === undefined && form === undefined ? 'GET' : 'POST', headers, body: body ?? form };
}
