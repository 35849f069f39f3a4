/** One of the thirteen palette colours, or none. */
import { Input, Tooltip, UnstyledButton } from '@mantine/core';
import type { ColorName } from '@trellis/metadata';
import { useId } from 'react';
import { COLOR_NAMES } from '../../ui/palette.ts';
import { useMessages } from '../messages.ts';
import classes from './ColorSwatches.module.css';

interface ColorSwatchesProps {
  readonly label?: string;
  readonly value: ColorName | undefined;
  onChange(color: ColorName | undefined): void;
}

export function ColorSwatches({ label, value, onChange }: ColorSwatchesProps) {
  const t = useMessages();
  const id = useId();
  return (
    <div className={classes.root}>
      {label === undefined ? null : (
        <Input.Label id={id} component="div" size="xs">
          {label}
        </Input.Label>
      )}
      <div
        role="radiogroup"
        className={classes.group}
        {...(label === undefined ? { 'aria-label': t('color.label') } : { 'aria-labelledby': id })}
      >
        {COLOR_NAMES.map((color) => (
          <Tooltip key={color} label={t(`color.${color}`)}>
            <UnstyledButton
              role="radio"
              aria-checked={value === color}
              aria-label={t(`color.${color}`)}
              className={classes.swatch}
              style={{ '--swatch': `var(--tr-${color}-strong)` }}
              onClick={() => onChange(value === color ? undefined : color)}
            />
          </Tooltip>
        ))}
      </div>
    </div>
  );
}
