import { serve } from '@hono/node-server';
import { createApp } from './app.ts';

serve({ fetch: createApp().fetch, port: 3000, hostname: '127.0.0.1' }, () => console.log('http://127.0.0.1:3000/ai/v1/models'));
