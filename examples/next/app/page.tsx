import type { ReactNode } from 'react';
import { Chat } from './chat/chat';

export default function Page(): ReactNode {
  return <Chat />;
}
