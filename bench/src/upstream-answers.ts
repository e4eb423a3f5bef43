const head = { id: '5f1c1f6a4bd94c0f8c5b3b8a6b0f7d21', created: 1_760_000_000, model: 'mistral-small-latest' };

/** What every answer says the call has consumed. */
export const usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number } = {
  prompt_tokens: 412,
  completion_tokens: 98,
  total_tokens: 510,
};

const words =
  'The last train without a change leaves Bregenz at 21:31 from platform 2 and takes bicycles in its first carriage, as long as there is room;'.split(
    ' ',
  );

/** The text of a stream, in the pieces in which its events bring it: one for each event between the first and the last. */
export const streamPieces: readonly string[] = Array.from({ length: 98 }, (_, at) => `${words[at % words.length] ?? ''} `);

/** The text of a whole answer. */
export const wholeText: string = streamPieces.join('').repeat(2).slice(0, 620);

/** Mistral's answer to a chat request that does not stream: about 1 KB. */
export const wholeAnswer: string = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', tool_calls: null, content: wholeText }, finish_reason: 'stop' }],
  usage,
});

const event = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`;

/** Mistral's answer to a chat request that streams: 100 events and the end mark, which travels with the last of them. */
export const streamEvents: readonly string[] = [
  event({ delta: { role: 'assistant', content: '' }, finish_reason: null }),
  ...streamPieces.map((content) => event({ delta: { content }, finish_reason: null })),
  `${event({ delta: { content: '' }, finish_reason: 'stop' }, { usage })}data: [DONE]\n\n`,
];

/** Mistral's listing of models. */
export const modelListing: string = JSON.stringify({
  object: 'list',
  data: [
    {
      id: 'mistral-small-latest',
      object: 'model',
      created: 1_760_000_000,
      owned_by: 'mistralai',
      capabilities: { completion_chat: true, function_calling: true, completion_fim: false, vision: false },
      max_context_length: 131_072,
      aliases: [],
    },
  ],
});
