import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import type { MadeUpObject, OwnersStore } from './owners-contract.ts';

interface OwnersCheck {
  readonly name: string;
  readonly run: (store: OwnersStore) => Promise<void>;
}

const object = (differences: Partial<MadeUpObject> = {}): MadeUpObject => ({
  provider: 'mistral',
  kind: 'file',
  id: 'f_1',
  owner: 'anna',
  ...differences,
});
const nameOf = ({ provider, kind, id }: MadeUpObject): Omit<MadeUpObject, 'owner'> => ({ provider, kind, id });

export const ownersChecks: readonly OwnersCheck[] = [
  {
    name: 'knows whose an object is, and of one that was never noted nothing',
    async run(store) {
      demandEqual(await store.record([object(), object({ id: 'f_2', owner: 'bert' })]), ['anna', 'bert'], 'what was noted');
      demandEqual(
        [...(await store.find([{ ...nameOf(object()), id: 'f_2' }, { ...nameOf(object()), id: 'f_3' }, nameOf(object())]))],
        ['bert', undefined, 'anna'],
        'in the order asked',
      );
      demandEqual([...(await store.find([]))], [], 'of nothing');
      demandEqual([...(await store.record([]))], [], 'nothing noted');
    },
  },
  {
    name: 'leaves an object with whom it belongs to',
    async run(store) {
      await store.record([object()]);
      demandEqual(
        await store.record([object({ owner: 'bert' }), object({ id: 'f_2', owner: 'bert' })]),
        ['anna', 'bert'],
        'the second who comes',
      );
      demandEqual([...(await store.find([nameOf(object())]))], ['anna'], 'whose it is');
    },
  },
  {
    name: 'tells objects of another kind, another provider or another spelling apart',
    async run(store) {
      await store.record([object()]);
      const others = [
        object({ kind: 'batch' }),
        object({ provider: 'mistral-eu' }),
        object({ id: 'F_1' }),
        object({ id: 'f_1 ' }),
        object({ id: 'f%1' }),
      ];
      demandEqual(
        [...(await store.find(others.map(nameOf)))],
        others.map(() => undefined),
        'the others',
      );
    },
  },
  {
    name: 'takes names as they are, whatever is in them',
    async run(store) {
      const strange = ['', '%', "'; drop table ai_proxy_objects; --", '"]', '\\', '🔑 für Zoë', '\u0001\n', 'x'.repeat(1000)];
      const objects = strange.map((id, place) => object({ id, owner: `owner ${place} ${id}`, kind: `kind ${id}` }));
      demandEqual(
        [...(await store.record(objects))],
        objects.map(({ owner }) => owner),
        'noted',
      );
      demandEqual(
        [...(await store.find(objects.map(nameOf)))],
        objects.map(({ owner }) => owner),
        'found',
      );
    },
  },
  {
    name: 'forgets what it is told to, and nothing else',
    async run(store) {
      await store.record([object(), object({ id: 'f_2' }), object({ kind: 'batch' })]);
      await store.forget([nameOf(object()), { ...nameOf(object()), id: 'never noted' }]);
      await store.forget([]);
      demandEqual(
        [...(await store.find([nameOf(object()), { ...nameOf(object()), id: 'f_2' }, { ...nameOf(object()), kind: 'batch' }]))],
        [undefined, 'anna', 'anna'],
        'what is left',
      );
      demandEqual(await store.record([object({ owner: 'bert' })]), ['bert'], 'noted anew');
    },
  },
  {
    name: 'counts what somebody has of a kind',
    async run(store) {
      await store.record([
        object(),
        object({ id: 'f_2' }),
        object({ id: 'f_3', owner: 'bert' }),
        object({ kind: 'batch' }),
        object({ provider: 'other' }),
      ]);
      const of = { owner: 'anna', provider: 'mistral', kind: 'file' };
      demandEqual(await store.count(of), 2, 'his files');
      demandEqual(await store.count({ ...of, owner: 'nobody' }), 0, 'of nobody');
    },
  },
  {
    name: 'lists what somebody has, page by page, each once, in an order that stays',
    async run(store) {
      const objects = Array.from({ length: 25 }, (_, index) =>
        object({ id: `f_${String(index).padStart(2, '0')}`, kind: index % 2 ? 'file' : 'batch' }),
      );
      await store.record([...objects.toReversed(), object({ owner: 'bert' })]);
      const seen: MadeUpObject[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list('anna', cursor, 10);
        seen.push(...page.objects);
        cursor = page.next;
      } while (cursor !== undefined && seen.length < 100);
      demandEqual(seen.length, 25, 'how many');
      const sorted = (all: readonly MadeUpObject[]): readonly string[] =>
        all.map(({ kind, id, owner, provider }) => [kind, id, owner, provider].join()).toSorted();
      demandEqual(sorted(seen), sorted(objects), 'which');
      demandEqual(
        (await store.list('anna', undefined, 25)).objects.map(({ id }) => id),
        seen.map(({ id }) => id),
        'the order',
      );
      demandEqual((await store.list('nobody')).objects, [], 'of nobody');
    },
  },
  {
    name: 'gives an object to one of many who come at once, and tells all of them the same',
    async run(store) {
      const comers = Array.from({ length: 20 }, (_, index) => `owner ${index}`);
      const answers = await Promise.all(
        comers.map(async (owner) => store.record([object({ owner }), object({ id: `own ${owner}`, owner })])),
      );
      const [[first] = []] = answers;
      demandEqual(
        answers.map(([whose]) => whose),
        comers.map(() => first),
        'whose it is',
      );
      demandEqual(
        answers.map(([, own]) => own),
        comers,
        'what each has for himself',
      );
    },
  },
  {
    name: 'answers for many objects at once',
    async run(store) {
      const objects = Array.from({ length: 500 }, (_, index) => object({ id: `f_${index}` }));
      await store.record(objects.filter((_, index) => index % 3 === 0));
      demandEqual(
        [...(await store.find(objects.map(nameOf)))],
        objects.map((_, index) => (index % 3 === 0 ? 'anna' : undefined)),
        'all of them',
      );
    },
  },
];
