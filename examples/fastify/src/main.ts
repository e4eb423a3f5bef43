import { createApp } from './app.ts';

await createApp().listen({ port: 3000, host: '127.0.0.1' });
console.log('http://127.0.0.1:3000/ai/v1/models');
