import { UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import classes from './Form.module.css';

interface SectionGridProps {
  readonly label: string | null;
  readonly columns: readonly (readonly ReactNode[])[];
  readonly isCollapsible?: boolean;
  readonly isClosedAtFirst?: boolean;
}

/** A section of a layout: a heading and up to four columns, which fold into one on a narrow screen. */
export function SectionGrid({ label, columns, isCollapsible, isClosedAtFirst }: SectionGridProps) {
  const headingId = useId();
  const [isOpen, setOpen] = useState(isClosedAtFirst !== true);
  const filled = columns.filter((column) => column.length > 0);
  if (filled.length === 0) return null;
  return (
    <section className={classes.section} aria-labelledby={label === null ? undefined : headingId}>
      {label !== null &&
        (isCollapsible ? (
          <h2 className={classes.sectionLabel} id={headingId}>
            <UnstyledButton
              className={classes.toggle}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              <IconChevronDown
                size={14}
                aria-hidden
                className={classes.chevron}
                data-closed={!isOpen || undefined}
              />
              {label}
            </UnstyledButton>
          </h2>
        ) : (
          <h2 className={classes.sectionLabel} id={headingId}>
            {label}
          </h2>
        ))}
      {isOpen && (
        <div className={classes.columns} style={{ '--columns': filled.length } as React.CSSProperties}>
          {filled.map((column, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity but their place.
            <div key={index} className={classes.column}>
              {column}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
