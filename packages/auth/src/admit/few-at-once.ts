/** So many questions of the background are put to a store at once: more of them would be too late, and make it look as if it had failed. */
const mostAtOnce = 20;

/** Does something for each, a few at once. After the first that does not succeed nothing further is begun; false then. */
export async function fewAtOnce<Item>(items: Iterable<Item>, work: (item: Item) => Promise<boolean>): Promise<boolean> {
  const left = [...items].values();
  let isGood = true;
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (!isGood) return;
      if (!(await work(item))) isGood = false;
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, worker));
  return isGood;
}
