import { Group, NumberInput, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Pointed } from '../parts/Fault.tsx';

/** For ever, not at all, or for so many days. */
export type Kept = boolean | { readonly keep_days: number };

interface RetentionProps {
  readonly label: string;
  readonly help: string;
  /** Pointer of the property in the body. */
  readonly at: string;
  /** What is offered, with what it is called. */
  readonly choices: readonly { readonly value: 'always' | 'days' | 'never'; readonly label: string }[];
  readonly value: Kept;
  /** Days that are offered first. */
  readonly days: number;
  onChange(value: Kept): void;
}

/** How long something is kept: a choice, and the number of days where that is the choice. */
export function Retention({ label, help, at, choices, value, days, onChange }: RetentionProps) {
  const { t } = useTranslation('builder');
  const kept = typeof value === 'object' ? value.keep_days : undefined;
  const choice = kept !== undefined ? 'days' : value === false ? 'never' : 'always';
  return (
    <Pointed at={at}>
      {(fault) => (
        <Stack gap={4}>
          <Group gap="sm" align="flex-end">
            <Select
              label={label}
              description={help}
              data={[...choices]}
              value={choice}
              allowDeselect={false}
              error={kept === undefined ? fault : undefined}
              onChange={(next) => onChange(next === 'days' ? { keep_days: kept ?? days } : next === 'always')}
              flex="1 1 260px"
            />
            {kept !== undefined && (
              <NumberInput
                label={t('settings.keepDays')}
                value={kept}
                min={1}
                max={36_500}
                allowDecimal={false}
                allowNegative={false}
                error={fault}
                onChange={(next) => typeof next === 'number' && onChange({ keep_days: next })}
                w={140}
              />
            )}
          </Group>
        </Stack>
      )}
    </Pointed>
  );
}
