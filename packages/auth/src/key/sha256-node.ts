import { hash } from 'node:crypto';

/** SHA-256 of a text in hexadecimal digits. At once: every call asks for one, and a way through the thread pool costs many times as much. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');
