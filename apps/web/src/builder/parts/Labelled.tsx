/** A label above something that is no plain input: a picker, a list. */
import { Input } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './parts.module.css';

interface LabelledProps {
  readonly label: string;
  readonly description?: string;
  readonly error?: string | undefined;
  readonly children?: ReactNode;
}

export function Labelled({ label, description, error, children }: LabelledProps) {
  return (
    <div className={classes.labelled}>
      <Input.Label component="div" size="xs">
        {label}
      </Input.Label>
      {description !== undefined && <Input.Description size="xs">{description}</Input.Description>}
      {children}
      {error !== undefined && <Input.Error size="xs">{error}</Input.Error>}
    </div>
  );
}
