// One of the processes of a storm; its plan comes as a message. All of its calls begin at once.
import { setTimeout } from 'node:timers/promises';
import type { Reservation, ReserveAnswer } from '@ai-proxy/core';
import { insist } from './insist.ts';
import { openCounter } from './open-counter.ts';
import { deadCallsHold, windowsOf } from './storm-plan.ts';
import type { Span, StormPlan, StormReport } from './storm-plan.ts';

process.on('message', (plan: StormPlan) => {
  void storm(plan).then((report) => process.send?.(report, () => process.exit(0)));
});

async function storm(plan: StormPlan): Promise<StormReport> {
  const counter = openCounter(plan.address);
  const windows = windowsOf(plan);
  // Then none of them waits for the making of a connection.
  await insist(async () => counter.read(plan.root, []));
  const errors: Record<string, number> = {};
  const spans: Span[] = [];
  const seen = { settled: 0, givenBack: 0, died: 0, refused: 0, mostUsed: 0 };

  function note(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    errors[reason] = (errors[reason] ?? 0) + 1;
  }

  /** What the store did not take is said again, as the proxy does: otherwise it would be held until the storm is long over. */
  async function tell(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      note(error);
      await insist(ask);
    }
  }

  /** Waits for room as long as somebody may still give some back. */
  async function reserve(reservation: Reservation, moments: Moments): Promise<ReserveAnswer['kind']> {
    for (;;) {
      moments.askedAt = Date.now();
      const answer = await counter.reserve(reservation);
      // What has begun in this millisecond may end in it.
      moments.answeredAt = Date.now() + 1;
      if (answer.kind === 'missing' || answer.kind === 'ended') return answer.kind;
      const [reading, underWay] = answer.readings;
      seen.mostUsed = Math.max(seen.mostUsed, reading?.used ?? 0);
      if (answer.kind === 'reserved') return 'reserved';
      if (plan.kind === 'second') {
        await setTimeout((answer.refusals[0]?.retryIn ?? 0) + 100 * Math.random());
        continue;
      }
      if (underWay?.used === 0) return 'refused';
      await setTimeout((plan.calls / 10) * (0.5 + Math.random()));
    }
  }

  async function call(index: number): Promise<void> {
    const fails = Math.random() * 100 < plan.failing;
    const dies = fails && (plan.kind === 'budget' || plan.kind === 'parallel') && Math.random() < 1 / 6;
    const reservation: Reservation = {
      id: `${process.pid} ${index}`,
      root: plan.root,
      ttl: dies ? deadCallsHold : plan.hold,
      windows,
    };
    const moments: Moments = { askedAt: 0, answeredAt: 0 };
    const kind = await reserve(reservation, moments).catch(async (error: unknown) => {
      // What was not answered may have been done.
      await insist(async () => counter.release(reservation));
      throw error;
    });
    if (kind !== 'reserved') {
      seen.refused += 1;
      return;
    }
    if (dies) {
      seen.died += 1;
      return;
    }
    await setTimeout(100 * Math.random());
    if (!fails) spans.push(plan.kind === 'parallel' ? [moments.answeredAt, Date.now()] : [moments.askedAt, moments.answeredAt]);
    await tell(async () => (fails ? counter.release(reservation) : counter.settle(reservation, { [windows[0].key]: plan.cost })));
    seen[fails ? 'givenBack' : 'settled'] += 1;
    // Whoever is to be killed is killed in the midst of it.
    if (seen.settled + seen.givenBack === Math.ceil(plan.calls / 10)) process.send?.('in the midst');
  }

  await Promise.all(
    Array.from({ length: plan.calls }, async (_, index) => {
      try {
        await call(index);
      } catch (error) {
        note(error);
      }
    }),
  );
  await counter.close();
  return { ...seen, spans, errors };
}

interface Moments {
  askedAt: number;
  answeredAt: number;
}
