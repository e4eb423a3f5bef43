import type { ReactNode } from 'react';

const beginnings = ['Why is the night sky dark?', 'Bake a first sourdough', 'Explain recursion'];

/** What there is before anything was said. */
export function Welcome({ onChoose }: { readonly onChoose: (question: string) => void }): ReactNode {
  return (
    <header className="welcome">
      <h1>What would you like to know?</h1>
      <ul>
        {beginnings.map((question) => (
          <li key={question}>
            <button type="button" onClick={() => onChoose(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </header>
  );
}
