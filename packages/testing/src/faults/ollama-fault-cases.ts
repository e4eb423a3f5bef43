import { faultCases } from './fault-cases.ts';
import type { FaultCase } from './fault-cases.ts';
import type { AnyFault } from './fault.ts';

/** One row of a table test over everything that an Ollama can do wrong. */
export interface OllamaFaultCase extends Omit<FaultCase, 'fault'> {
  readonly fault: AnyFault;
}

const clean = { expect: 'clean', expectWhole: 'clean' } as const;
const error = { expect: 'error', expectWhole: 'error' } as const;
/** Goes wrong in streams only; a whole answer comes as it should. */
const streamError = { expect: 'error', expectWhole: 'clean' } as const;

/** Event streams have comments, fields, a mark at the end and fragments of tool calls; lines have none of these. */
const ofEventStreams: ReadonlySet<AnyFault['name']> = new Set([
  'commentStorm',
  'errorFieldAfterContent',
  'doneTwice',
  'usageBeforeFinish',
  'interleavedToolFragments',
  'repeatedName',
  'emptyName',
  'argumentsObject',
]);

const lineFaultCases: readonly OllamaFaultCase[] = [
  { title: 'errorLine first', fault: { name: 'errorLine', at: 'first' }, ...streamError },
  { title: 'errorLine first, nested', fault: { name: 'errorLine', at: 'first', nested: true }, ...streamError },
  { title: 'errorLine in the middle', fault: { name: 'errorLine', at: 'middle' }, ...streamError },
  { title: 'errorLine in the middle, nested', fault: { name: 'errorLine', at: 'middle', nested: true }, ...streamError },
  { title: 'errorLine last', fault: { name: 'errorLine', at: 'last' }, ...streamError },
  { title: 'endAtByte 0 clean', fault: { name: 'endAtByte', byte: 0, how: 'clean' }, ...error },
  { title: 'endAtByte 1 clean', fault: { name: 'endAtByte', byte: 1, how: 'clean' }, ...error },
  { title: 'endAtByte 200 clean', fault: { name: 'endAtByte', byte: 200, how: 'clean' }, ...error },
  { title: 'endAtByte 200 cut', fault: { name: 'endAtByte', byte: 200, how: 'cut' }, ...error },
  { title: 'endAtByte 200 reset', fault: { name: 'endAtByte', byte: 200, how: 'reset' }, ...error },
  { title: 'halfLineThenEnd', fault: { name: 'halfLineThenEnd' }, ...streamError },
  { title: 'blankLines', fault: { name: 'blankLines' }, ...clean },
  { title: 'crlfLines', fault: { name: 'crlfLines' }, ...clean },
  { title: 'noFinalNewline', fault: { name: 'noFinalNewline' }, ...clean },
  { title: 'prettyJson', fault: { name: 'prettyJson' }, ...clean },
  { title: 'separatorsInText', fault: { name: 'separatorsInText' }, ...clean },
  { title: 'noDoneReason', fault: { name: 'noDoneReason' }, ...clean },
  { title: 'noCounts', fault: { name: 'noCounts' }, ...clean },
  { title: 'argumentsText', fault: { name: 'argumentsText' }, ...clean, tools: true },
];

/** Every fault that shows in Ollama's lines, with what an honest proxy must make of it. */
export const ollamaFaultCases: readonly OllamaFaultCase[] = [
  // The last line is the finish and the mark in one: there is nothing between them to end after.
  ...faultCases.filter(({ fault }) => !ofEventStreams.has(fault.name) && !(fault.name === 'endWithoutDone' && fault.after === 'finish')),
  ...lineFaultCases,
];
