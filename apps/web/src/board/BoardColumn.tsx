import { useDroppable } from '@dnd-kit/core';
import { Button } from '@mantine/core';
import { type FieldDescription, formatValue } from '@trellis/forms';
import { useDisplay } from '../runtime/use-display.ts';
import { ScanNotice } from '../speed/ScanNotice.tsx';
import { scanProblemOf } from '../speed/scan-problem.ts';
import { ColorDot } from '../ui/ColorBadge.tsx';
import { SkeletonBar } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { BoardCard } from './BoardCard.tsx';
import classes from './board.module.css';
import { useMessages } from './messages.ts';
import { type BoardOf, type Column, type Held, type Step, targetsOf, useColumn } from './use-board.ts';

interface BoardColumnProps {
  readonly board: BoardOf;
  readonly column: Column;
  readonly columns: readonly Column[];
  readonly sums: { readonly field: FieldDescription; readonly of: ReadonlyMap<unknown, unknown> } | undefined;
  /** What is on its way, the oldest first. */
  readonly steps: readonly Step[];
  /** The card in hand. */
  readonly held: Held | undefined;
  readonly peek: string | undefined;
  onMove(card: Held, to: Column): void;
  /** Where a card is, or is on its way to. */
  standsIn(card: Held): Column;
  /** Whether the card keeps the focus as it stands in another place. */
  keepsFocus(id: string): boolean;
  onPeek(id: string): void;
}

/** One step of a board: how many there are, what they are worth, and the first of them. */
export function BoardColumn({
  board,
  column,
  columns,
  sums,
  steps,
  held,
  peek,
  onMove,
  standsIn,
  keepsFocus,
  onPeek,
}: BoardColumnProps) {
  const t = useMessages();
  const display = useDisplay();
  const list = useColumn(board, column, steps);
  const { setNodeRef, isOver } = useDroppable({ id: `column ${column.value ?? ''}`, data: column });
  const isOpen = held !== undefined && targetsOf(board, held).has(column.value);
  const number = (value: number) => value.toLocaleString(display.locale);
  const { count } = list;
  const sum = sums?.of.get(column.value);
  const scan = scanProblemOf(list.error);
  if (column.isRetired && !list.isError && list.records.length === 0) return null;
  return (
    <section
      ref={setNodeRef}
      className={classes.column}
      aria-label={column.label}
      data-column={column.value ?? ''}
      data-empty={(list.isSuccess && list.records.length === 0) || undefined}
      data-over={(isOver && isOpen) || undefined}
      data-closed={(held !== undefined && !isOpen && held.from.value !== column.value) || undefined}
    >
      <header className={classes.title}>
        <ColorDot color={column.option?.color} />
        <h2
          className={classes.label}
          data-retired={column.isRetired || undefined}
          title={column.isRetired ? t('retired', { option: column.label }) : column.label}
        >
          {column.label}
        </h2>
        <span className={classes.count}>
          {count &&
            (count.kind === 'exact' ? number(count.value) : t('over', { number: number(count.value) }))}
        </span>
        {sums && typeof sum === 'number' && sum !== 0 && (
          <span
            className={classes.sum}
            title={t('sum', { field: sums.field.label, value: formatValue(sums.field, sum, display) })}
          >
            {formatValue(sums.field, sum, display)}
          </span>
        )}
      </header>
      {list.isPending ? (
        <div className={classes.cards} aria-busy>
          <div className={classes.card}>
            <SkeletonBar width="60%" />
            <SkeletonBar width="80%" />
          </div>
        </div>
      ) : scan !== undefined ? (
        <ScanNotice {...scan} onReady={() => void list.refetch()} />
      ) : list.isError && list.records.length === 0 ? (
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      ) : list.records.length === 0 ? (
        <p className={classes.none}>{t('empty')}</p>
      ) : (
        <ul className={classes.cards}>
          {list.records.map((record) => (
            <BoardCard
              key={record.id}
              board={board}
              card={{ record, from: column }}
              columns={columns}
              mayMove={list.mayMove(record.id)}
              isPeeked={record.id === peek}
              onMove={onMove}
              standsIn={standsIn}
              keepsFocus={keepsFocus}
              onPeek={onPeek}
            />
          ))}
          {list.hasNextPage && (
            <li>
              <Button
                variant="subtle"
                size="compact-sm"
                fullWidth
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                {t('more')}
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
