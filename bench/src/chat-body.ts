const messages = [
  {
    role: 'system',
    content:
      'You answer questions about the timetable of a small railway. Keep to what the tool tells you. Give times as HH:MM, name the platform where it is known, ' +
      'and say so plainly where a train does not run on the day in question. Never invent a connection. Answer in the language of the question, in at most three ' +
      'sentences, and leave out everything that was not asked for.',
  },
  {
    role: 'user',
    content:
      'Good morning! I want to go from Lindau to Bregenz today and be there before ten. Which train should I take, and from which platform?',
  },
  {
    role: 'assistant',
    content:
      'The 09:18 from platform 3 reaches Bregenz at 09:29. The one before it leaves at 08:48 and arrives at 08:59, also from platform 3.',
  },
  {
    role: 'user',
    content:
      'Thank you. On the way back I would like to stay for dinner, so any time after eight in the evening is fine. Is there still a train that does not need a change, ' +
      'and may I take my bicycle with me on it?',
  },
];

const tools = [
  {
    type: 'function',
    function: {
      name: 'find_connections',
      description: 'Finds trains between two stations on one day, earliest first, with platforms, changes and what may be taken along.',
      parameters: {
        type: 'object',
        properties: {
          from: { type: 'string', description: 'Station of departure, as it is written on its sign' },
          to: { type: 'string', description: 'Station of arrival, as it is written on its sign' },
          date: { type: 'string', description: 'Day of travel, YYYY-MM-DD' },
          after: { type: 'string', description: 'Earliest departure, HH:MM' },
          before: { type: 'string', description: 'Latest arrival, HH:MM' },
          bicycle: { type: 'boolean', description: 'Only trains that take bicycles' },
        },
        required: ['from', 'to', 'date'],
      },
    },
  },
];

/** How many messages and tools a body has: the upstream refuses one that has lost any. */
export const chatBodyShape: { readonly messages: number; readonly tools: number } = { messages: messages.length, tools: tools.length };

/** A chat request of about 2 KB: four messages and a tool, as the second turn of a conversation looks. */
export function chatBody(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...fields, messages, tools, tool_choice: 'auto', temperature: 0.3, max_tokens: 400 });
}

/** The same request as Ollama's own API has it, and as one of its servers is to get it. */
export const ollamaChatBody: Readonly<Record<string, unknown>> = {
  model: 'llama3.2',
  messages,
  tools,
  stream: true,
  options: { temperature: 0.3, num_predict: 400 },
};
