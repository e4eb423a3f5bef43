import { mounted } from '../../../mounted.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mounted();
