import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sink } from '../../src/flow/flow.ts';
import { createOutlet } from '../../src/flow/outlet.ts';

interface Heard {
  readonly log: string[];
  readonly sink: Sink<number>;
}

/** A sink that writes down what it hears and rests after every value that `rests` names. */
function listen(rests: (value: number) => boolean = () => false): Heard {
  const log: string[] = [];
  return {
    log,
    sink: {
      take(value) {
        log.push(String(value));
        return !rests(value);
      },
      end: () => void log.push('end'),
      fail: (reason) => void log.push(String(reason)),
    },
  };
}

function open(): { readonly asked: string[]; readonly outlet: ReturnType<typeof createOutlet<number>> } {
  const asked: string[] = [];
  const outlet = createOutlet<number>({ resume: () => void asked.push('resume'), stop: () => void asked.push('stop') });
  return { asked, outlet };
}

describe('an outlet', () => {
  it('gives everything once and in order, and nothing during a rest', () => {
    const turn = fc.constantFrom('give', 'resume');
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), fc.func(fc.boolean()), fc.boolean(), (turns, rests, fails) => {
        const { outlet } = open();
        let resting = true;
        const { log, sink } = listen((value) => (resting = rests(value)));
        const control = outlet.into({
          ...sink,
          take(value) {
            expect(resting).toBe(false);
            return sink.take(value);
          },
        });
        let given = 0;
        for (const one of turns) {
          if (one === 'give') expect(outlet.give(given++)).toBe(!resting);
          else {
            resting = false;
            control.resume();
          }
        }
        if (fails) outlet.fail('broken');
        else outlet.end();
        for (let left = 0; left <= given; left += 1) {
          resting = false;
          control.resume();
        }
        expect(log).toEqual([...Array.from({ length: given }, (_, index) => String(index)), fails ? 'broken' : 'end']);
      }),
    );
  });

  it('asks its source for more only when all has been taken that came', () => {
    const { asked, outlet } = open();
    const { log, sink } = listen((value) => value === 1);
    outlet.give(1);
    outlet.give(2);
    const control = outlet.into(sink);
    expect(log).toEqual([]);
    control.resume();
    expect([log, asked]).toEqual([['1'], []]);
    control.resume();
    expect([log, asked]).toEqual([['1', '2'], ['resume']]);
  });

  it('keeps the order where taking one value brings the next', () => {
    const { outlet } = open();
    const { log, sink } = listen((value) => value === 2);
    const control = outlet.into({
      ...sink,
      take(value) {
        if (value === 1) expect(outlet.give(2)).toBe(false);
        return sink.take(value);
      },
    });
    control.resume();
    expect(outlet.give(1)).toBe(false);
    outlet.end();
    expect(log).toEqual(['1', '2']);
    control.resume();
    expect(log).toEqual(['1', '2', 'end']);
  });

  it('says who asks, right before the end is told', () => {
    const { outlet } = open();
    const { log, sink } = listen();
    const control = outlet.into(sink);
    outlet.end(() => void log.push('told'));
    expect(log).toEqual([]);
    control.resume();
    expect(log).toEqual(['told', 'end']);
  });

  it('is silent once it is stopped, and tells its source once', () => {
    const { asked, outlet } = open();
    const { log, sink } = listen();
    const control = outlet.into(sink);
    outlet.give(1);
    control.stop();
    control.stop();
    control.resume();
    expect(outlet.give(2)).toBe(false);
    outlet.fail('late');
    expect([log, asked]).toEqual([[], ['stop']]);
  });

  it('has nothing to stop behind its end', () => {
    const { asked, outlet } = open();
    const control = outlet.into(listen().sink);
    control.resume();
    outlet.end();
    control.stop();
    expect(asked).toEqual(['resume']);
  });
});
