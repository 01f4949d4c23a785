import { expect, test } from 'vitest';
import { checkDesign } from 'windtunnel';
import { naiveList } from './naive-list.ts';
import { ownLists } from './own-lists.ts';

test('the repaired queue keeps what it promises, whatever crashes', async () => {
  await checkDesign(ownLists);
});

test('the naive queue loses a task when its process dies, and the smallest such run is told', async () => {
  await expect(checkDesign(naiveList)).rejects.toThrow(/naive-list breaks no-task-lost[\s\S]*crash: app-1/);
});
