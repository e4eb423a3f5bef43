import { createApp } from './app.ts';

const app = await createApp();
await app.listen(3000, '127.0.0.1');
console.log('http://127.0.0.1:3000/ai/v1/models');
