import { describe, expect, it } from 'vitest';
import { EMPTY_HISTORY, redo, remember, undo } from './history.ts';

describe('history', () => {
  it('goes back and forth', () => {
    const history = remember(remember(EMPTY_HISTORY, 'a', { at: 0 }), 'b', { at: 1 });
    const back = undo(history, 'c')!;
    expect(back.body).toBe('b');
    const further = undo(back.history, back.body)!;
    expect(further.body).toBe('a');
    expect(undo(further.history, 'a')).toBeUndefined();
    expect(redo(further.history, 'a')?.body).toBe('b');
  });

  it('makes one step of what is typed in one go', () => {
    let history = remember(EMPTY_HISTORY, '', { tag: 'label', at: 0 });
    history = remember(history, 'N', { tag: 'label', at: 200 });
    history = remember(history, 'Na', { tag: 'label', at: 400 });
    expect(undo(history, 'Nam')?.body).toBe('');
    expect(remember(history, 'Nam', { tag: 'label', at: 5000 }).past).toHaveLength(2);
  });

  it('forgets the future after a new change', () => {
    const back = undo(remember(EMPTY_HISTORY, 'a', { at: 0 }), 'b')!;
    expect(redo(remember(back.history, 'a', { at: 1 }), 'x')).toBeUndefined();
  });
});
