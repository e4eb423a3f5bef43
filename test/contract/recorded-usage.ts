/**
 * Answers and requests of models that were recorded in public with the usage that their providers stated: how many bytes of text, and how many tokens that
 * was. The texts themselves are others'.
 */
export interface RecordedUsage {
  readonly what: string;
  readonly model: string;
  readonly bytes: number;
  readonly tokens: number;
}

/** What came out. */
export const recordedAnswers: readonly RecordedUsage[] = [
  { what: 'prose in Markdown', model: 'mistral-small-latest', bytes: 1936, tokens: 434 },
  { what: 'thoughts', model: 'mistral-large-4', bytes: 334, tokens: 112 },
  { what: 'thoughts full of sums', model: 'mistral-small-latest', bytes: 415, tokens: 161 },
  { what: 'a short answer', model: 'mistral-large-4', bytes: 55, tokens: 24 },
  { what: 'a call of a tool', model: 'mistral-small-latest', bytes: 36, tokens: 22 },
  { what: 'a transcript', model: 'voxtral-mini-latest', bytes: 515, tokens: 151 },
  { what: 'code', model: 'codellama:code', bytes: 131, tokens: 63 },
  { what: 'JSON', model: 'llama3.1:8b', bytes: 36, tokens: 16 },
];

/** What went in, in one message. */
export const recordedQuestions: readonly RecordedUsage[] = [
  { what: 'a question', model: 'llama3.2', bytes: 20, tokens: 26 },
  { what: 'a question', model: 'mistral (7B)', bytes: 20, tokens: 14 },
  { what: 'a question', model: 'mistral-large-4', bytes: 40, tokens: 26 },
  { what: 'an instruction', model: 'mistral-small-latest', bytes: 49, tokens: 13 },
  { what: 'an instruction', model: 'llama3.1:8b', bytes: 71, tokens: 28 },
  { what: 'an instruction', model: 'llama3.2', bytes: 71, tokens: 36 },
];
