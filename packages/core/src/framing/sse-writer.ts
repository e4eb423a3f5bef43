/** One event of an event stream. The text must be JSON on one line, as `JSON.stringify` without indentation makes it: no text can then forge an event. */
export function sseData(json: string): string {
  return `data: ${json}\n\n`;
}

/** The mark that OpenAI's streams end with. */
export const sseDone: string = 'data: [DONE]\n\n';

/** A comment: a sign of life that every client ignores. Each line of the text becomes a comment line, so that none can become a field. */
export function sseComment(text: string): string {
  return `: ${text.split(/\r\n|[\r\n]/).join('\n: ')}\n\n`;
}
