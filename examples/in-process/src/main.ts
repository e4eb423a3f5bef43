import { createModels } from './models.ts';

const { proxy, client } = createModels();
const stream = await client.chat.completions.create({
  model: 'fast',
  messages: [{ role: 'user', content: process.argv[2] ?? 'Say hello.' }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
process.stdout.write('\n');
await proxy.close();
