import type { ColorName } from '@trellis/metadata';
import classes from './ColorBadge.module.css';

interface ColorBadgeProps {
  readonly color?: ColorName | null | undefined;
  readonly children: string;
  /** Struck through: an option that is not offered any more. */
  readonly isRetired?: boolean;
  readonly title?: string;
}

/** An option or a record type as a badge in its palette colour; without one, gray. */
export function ColorBadge({ color, children, isRetired, title }: ColorBadgeProps) {
  const name = color ?? 'gray';
  return (
    <span
      className={classes.badge}
      data-retired={isRetired || undefined}
      title={title ?? children}
      style={{ background: `var(--tr-${name}-background)`, color: `var(--tr-${name}-text)` }}
    >
      {children}
    </span>
  );
}

/** A dot in a palette colour, decorative. */
export function ColorDot({ color }: { color: ColorName | null | undefined }) {
  return (
    <span aria-hidden className={classes.dot} style={{ background: `var(--tr-${color ?? 'gray'}-strong)` }} />
  );
}
