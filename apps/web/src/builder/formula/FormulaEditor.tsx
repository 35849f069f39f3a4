/**
 * Edits an expression as formula text: coloured, completed and checked while one types, with the type of the result
 * and its value on real records below. What can't be read stays on the screen, and out of the draft, until it can.
 */
import { Input, Skeleton, Text } from '@mantine/core';
import { IconMathFunction, IconPlus } from '@tabler/icons-react';
import { Suspense, useDeferredValue, useId, useMemo, useRef, useState } from 'react';
import { ConditionScopeContext } from '../../runtime/filter/condition-fields.ts';
import { FieldPicker } from '../../runtime/filter/FieldPicker.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { useConditionScope } from '../conditions/use-builder-scope.ts';
import { isSame } from '../draft/same.ts';
import { useMessages } from '../messages.ts';
import { useDraftModel } from '../metadata/compiled.ts';
import { useLeaveGuard } from '../parts/use-leave-guard.ts';
import type { CodeFieldHandle } from './CodeField.tsx';
import { checkFormula, type FormulaScope, textOf } from './check-formula.ts';
import { written } from './completions.ts';
import classes from './Formula.module.css';
import { FormulaPreview, type PreviewAnswers } from './FormulaPreview.tsx';
import { FunctionMenu } from './FunctionMenu.tsx';

const CodeField = lazy(async () => ({ default: (await import('./CodeField.tsx')).CodeField }));

export interface FormulaEditorProps {
  readonly object: string;
  readonly label: string;
  readonly description?: string;
  /** JSON Logic; undefined for none. */
  readonly expression: unknown;
  readonly wants: 'condition' | 'value';
  readonly hasPrevious?: boolean;
  /** What the server says about it. */
  readonly error?: string | undefined;
  /** Shows values on real records; on unless switched off. */
  readonly isPreviewed?: boolean;
  /** What it means for a record that a condition holds, or doesn't. */
  readonly answers?: PreviewAnswers | undefined;
  readonly isAutoFocused?: boolean;
  /** Told with each text that can be read, faulty types included: the plan explains those. */
  onChange(expression: unknown): void;
}

export function FormulaEditor(props: FormulaEditorProps) {
  const { object, label, description, expression, wants, hasPrevious = false, onChange } = props;
  const t = useMessages();
  const id = useId();
  const model = useDraftModel();
  const fields = useConditionScope(object, hasPrevious, true);
  const handle = useRef<CodeFieldHandle>(null);
  const [typed, setTyped] = useState(() => ({ text: textOf(expression), logic: expression }));
  // An expression that came from elsewhere (undo, the visual builder) takes the place of what was typed.
  const isOwn = isSame(typed.logic ?? null, expression ?? null);
  const text = isOwn ? typed.text : textOf(expression);
  const scope = useMemo(
    (): FormulaScope | undefined => model && { model, object, wants, hasPrevious },
    [model, object, wants, hasPrevious],
  );
  const deferred = useDeferredValue(text);
  const checked = useMemo(() => scope && checkFormula(scope, deferred), [scope, deferred]);
  const isUnread = checked?.isReadable === false;
  useLeaveGuard(isUnread);
  if (scope === undefined || checked === undefined) return <Skeleton height={110} />;

  const onText = (next: string) => {
    const result = checkFormula(scope, next);
    const logic = result.isReadable ? result.logic : typed.logic;
    setTyped({ text: next, logic: isOwn || result.isReadable ? logic : expression });
    if (result.isReadable && !isSame(logic ?? null, expression ?? null)) onChange(logic);
  };
  const words = {
    fields: t('formula.section.fields'),
    records: t('formula.section.records'),
    functions: t('formula.section.functions'),
    options: t('formula.section.options'),
    units: t('formula.section.units'),
    special: t('formula.section.special'),
    example: t('formula.example'),
  };
  const hasProblem = checked.problems.length > 0;
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      labelProps={{ onClick: () => handle.current?.focus() }}
      description={description}
    >
      <div className={classes.frame}>
        <div className={classes.tools}>
          <ConditionScopeContext value={fields}>
            <FieldPicker
              path=""
              label={t('formula.insertField')}
              offersChange
              target={
                <span className={classes.tool}>
                  <IconPlus size={13} aria-hidden />
                  {t('formula.insertField')}
                </span>
              }
              onChoose={(path) => handle.current?.insert(written(path))}
            />
          </ConditionScopeContext>
          <FunctionMenu hasPrevious={hasPrevious} onChoose={(inserted) => handle.current?.insert(inserted)}>
            <button type="button" className={classes.tool}>
              <IconMathFunction size={13} aria-hidden />
              {t('formula.insertFunction')}
            </button>
          </FunctionMenu>
        </div>
        <Suspense fallback={<Skeleton height={86} />}>
          <CodeField
            ref={handle}
            value={text}
            scope={scope}
            words={words}
            problems={checked.problems}
            label={label}
            describedBy={`${id}-state ${id}-help`}
            placeholder={wants === 'condition' ? t('formula.placeholderCondition') : t('formula.placeholder')}
            isAutoFocused={props.isAutoFocused === true}
            onChange={onText}
          />
        </Suspense>
        <div id={`${id}-state`} className={classes.state} aria-live="polite">
          {hasProblem && (
            <ul className={classes.problems}>
              {checked.problems.map((problem) => (
                <li key={`${problem.from}:${problem.message}`}>
                  <span className={classes.place}>
                    {t('formula.place', { line: problem.line, column: problem.column })}
                  </span>{' '}
                  {problem.message}
                </li>
              ))}
            </ul>
          )}
          {isUnread && <Text size="xs">{t('formula.notKept')}</Text>}
          {!hasProblem && props.error !== undefined && <Input.Error size="xs">{props.error}</Input.Error>}
          {!hasProblem && checked.type !== undefined && (
            <FormulaPreview
              scope={scope}
              checked={checked}
              isPreviewed={props.isPreviewed !== false}
              answers={props.answers}
            />
          )}
        </div>
        <p id={`${id}-help`} className={classes.help}>
          {t('formula.help')}
        </p>
      </div>
    </Input.Wrapper>
  );
}
