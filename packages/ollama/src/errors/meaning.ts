/** What the text of an error means, where it says more than its status. */
export interface ErrorMeaning {
  readonly status: number;
  readonly code?: string;
  readonly retryable: boolean;
}

const badRequest: ErrorMeaning = { status: 400, retryable: false };

/** Ollama's errors are sentences. The first that fits counts; what fits none means what its status says. */
const meanings: readonly (readonly [RegExp, ErrorMeaning])[] = [
  [/\bmodel\b.*\bnot found\b/i, { status: 404, code: 'model_not_found', retryable: false }],
  // Ollama answers this with a 500, although the caller wrote it.
  [/\boption "[^"]*" must be\b/i, badRequest],
  [/\bdoes not support\b|\binvalid (?:tool call|image|input|format|option|think|message)\b/i, badRequest],
  [/\b(?:input|prompt|context) (?:length|is too long)\b|\bexceeds? (?:the )?(?:maximum )?context\b/i, badRequest],
  [/\bserver (?:is )?busy\b|\bmaximum pending requests\b|\boverloaded\b/i, { status: 503, retryable: true }],
  [/\brate limit\b|\btoo many requests\b|\busage limit\b/i, { status: 429, retryable: true }],
  [/\bunauthorized\b|\binvalid api key\b/i, { status: 401, retryable: false }],
  [/\brunner\b.*\b(?:terminated|crashed|stopped|died)\b|\bsystem memory\b|\bout of memory\b/i, { status: 500, retryable: true }],
  [/\bconnection (?:refused|reset)\b|\bEOF\b|\btimed out\b/i, { status: 500, retryable: true }],
];

/** Sentences are short; what is longer could make the patterns slow. */
const longestSentence = 512;

export function meaningOf(message: string): ErrorMeaning | undefined {
  const sentence = message.slice(0, longestSentence);
  return meanings.find(([pattern]) => pattern.test(sentence))?.[1];
}
