/**
 * Edits a condition of the metadata, visually or as formula text: the same JSON Logic either way, so that one can go
 * back and forth. Parts that the visual builder has no words for stand in it as formulas of their own.
 */
import { Button, Group, Input, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { conditionTree, countConditions, toJsonLogic } from '@trellis/forms';
import { Suspense, useMemo, useState } from 'react';
import type { ConditionScope } from '../../runtime/filter/condition-fields.ts';
import { useConditionText } from '../../runtime/filter/use-condition-text.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { isSame } from '../draft/same.ts';
import { checkLogic, textOf } from '../formula/check-formula.ts';
import { FormulaEditor } from '../formula/FormulaEditor.tsx';
import { ExpressionPreview, type PreviewAnswers } from '../formula/FormulaPreview.tsx';
import { useMessages } from '../messages.ts';
import { useDraftModel } from '../metadata/compiled.ts';
import classes from './ConditionBuilder.module.css';
import { useConditionScope } from './use-builder-scope.ts';

const ConditionTree = lazy(async () => ({
  default: (await import('../../runtime/filter/ConditionTree.tsx')).ConditionTree,
}));

export interface ConditionBuilderProps {
  readonly object: string;
  readonly label: string;
  readonly description?: string;
  /** JSON Logic; undefined when there is no condition. */
  readonly condition: unknown;
  /** Said in place of the summary while there is none: "Always shown". */
  readonly emptyText: string;
  /** There is a change: `$previous`, `$changed` and `$is_new` mean something. */
  readonly hasPrevious?: boolean;
  /** Related records can be asked; they can't where the answer is needed on the spot, or has to be kept. */
  readonly asksRelated?: boolean;
  /** What the server says about it. */
  readonly error?: string | undefined;
  /** A record to try it on; off unless asked for, because most places have enough with the summary. */
  readonly isPreviewed?: boolean;
  /** What it means for a record that it holds, or doesn't; "Yes" and "No" unless given. */
  readonly answers?: PreviewAnswers;
  onChange(condition: unknown): void;
}

interface EditedFormula {
  /** Whose record it is about: the condition's own, or a related one. */
  readonly object: string;
  readonly hasPrevious: boolean;
  readonly logic: unknown;
  readonly onChange: (logic: unknown) => void;
}

export function ConditionBuilder(props: ConditionBuilderProps) {
  const { object, label, description, condition, hasPrevious = false, error, onChange } = props;
  const t = useMessages();
  const model = useDraftModel();
  const [mode, setMode] = useState<'visual' | 'formula'>('visual');
  const [formula, setFormula] = useState<EditedFormula>();
  const support = useMemo(
    () => ({
      textOf,
      edit: (within: ConditionScope, logic: unknown, change: (next: unknown) => void) =>
        setFormula({ object: within.object, hasPrevious: within.hasPrevious, logic, onChange: change }),
    }),
    [],
  );
  const scope = useConditionScope(object, hasPrevious, props.asksRelated !== false, support);
  // Conditions that are not finished are not in the draft yet, but stay on the screen.
  const [edited, setEdited] = useState(() => conditionTree(condition));
  const isOwn = isSame(toJsonLogic(edited) ?? null, normal(condition));
  const tree = useMemo(() => (isOwn ? edited : conditionTree(condition)), [isOwn, edited, condition]);
  // Conditions that are not finished say nothing yet.
  const said = useMemo(() => conditionTree(toJsonLogic(tree)), [tree]);
  const textOfCondition = useConditionText(scope, said);
  const checking = model && ({ model, object, wants: 'condition', hasPrevious } as const);
  const faults = useMemo(
    () => (model ? checkLogic({ model, object, wants: 'condition', hasPrevious }, condition).problems : []),
    [model, object, hasPrevious, condition],
  );
  const fault = error ?? (mode === 'visual' ? faults[0]?.message : undefined);
  const isEmpty = countConditions(said) === 0;

  return (
    <fieldset className={classes.root} aria-label={label}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Input.Label component="div">{label}</Input.Label>
          {description !== undefined && <Input.Description>{description}</Input.Description>}
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t('conditions.mode', { label })}
          value={mode}
          onChange={(next) => setMode(next === 'formula' ? 'formula' : 'visual')}
          data={[
            { value: 'visual', label: t('conditions.visual') },
            { value: 'formula', label: t('conditions.formula') },
          ]}
        />
      </Group>
      {faults.length === 0 && (
        <p className={classes.summary} data-empty={isEmpty || undefined} aria-live="polite">
          {isEmpty ? props.emptyText : textOfCondition(said)}
        </p>
      )}
      {mode === 'visual' ? (
        <Suspense fallback={<Skeleton height={64} />}>
          <ConditionTree
            scope={scope}
            filter={tree}
            onChange={(next) => {
              setEdited(next);
              const logic = toJsonLogic(next);
              if (!isSame(logic ?? null, normal(condition))) onChange(logic);
            }}
          />
          {fault !== undefined && <Input.Error>{fault}</Input.Error>}
          {props.isPreviewed === true && checking && (
            <ExpressionPreview scope={checking} logic={condition} answers={props.answers} />
          )}
        </Suspense>
      ) : (
        <FormulaEditor
          object={object}
          label={t('conditions.formulaOf', { label })}
          wants="condition"
          hasPrevious={hasPrevious}
          expression={condition}
          error={error}
          isPreviewed={props.isPreviewed === true}
          answers={props.answers}
          onChange={onChange}
        />
      )}
      {formula !== undefined && <FormulaModal formula={formula} onClose={() => setFormula(undefined)} />}
    </fieldset>
  );
}

/** A condition as the visual builder would write it, to tell its own changes from those of others. */
function normal(condition: unknown): unknown {
  return toJsonLogic(conditionTree(condition)) ?? null;
}

interface FormulaModalProps {
  readonly formula: EditedFormula;
  onClose(): void;
}

/** One part of a condition as formula text. */
function FormulaModal({ formula, onClose }: FormulaModalProps) {
  const t = useMessages();
  const [logic, setLogic] = useState(formula.logic);
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={t('conditions.partTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      <Stack gap="md">
        <FormulaEditor
          object={formula.object}
          label={t('conditions.part')}
          wants="condition"
          hasPrevious={formula.hasPrevious}
          expression={logic}
          isAutoFocused
          onChange={setLogic}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            disabled={logic === undefined}
            onClick={() => {
              formula.onChange(logic);
              onClose();
            }}
          >
            {t('action.done')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
