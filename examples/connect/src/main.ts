import { createServer } from 'node:http';
import { createApp } from './app.ts';

const local = process.env.LOCAL_URL ?? 'http://127.0.0.1:8080/v1';
createServer(createApp({}, local)).listen(3000, '127.0.0.1', () => console.log('http://127.0.0.1:3000/ai/v1/models'));
