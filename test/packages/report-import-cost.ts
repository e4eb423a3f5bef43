import type { Checklist } from './checklist.ts';
import { runToSuccess } from './run-process.ts';

const rounds = 7;

/** Tells what importing costs in CPU time, user and system, of a fresh process: the median of several. Never judged: machines differ. */
export async function reportImportCost(checklist: Checklist, folder: string, specifiers: readonly (readonly string[])[]): Promise<void> {
  for (const together of specifiers) {
    const costs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const script = `const before = process.cpuUsage();
        for (const specifier of ${JSON.stringify(together)}) await import(specifier);
        const { user, system } = process.cpuUsage(before);
        console.log(user + system);`;
      costs.push(Number(await runToSuccess(process.execPath, ['--input-type=module', '-e', script], { folder })) / 1000);
    }
    const [least = 0, median = 0, most = 0] = [0, (rounds - 1) / 2, rounds - 1].map(
      (at) => costs.toSorted((one, other) => one - other)[at],
    );
    checklist.progress(`${together.join(' + ').padEnd(64)}${median.toFixed(0).padStart(5)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`);
  }
}
