/** One question: field, verb, value; or a formula that must be true. */
import { ActionIcon, Select, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconMathFunction, IconTrash } from '@tabler/icons-react';
import type { FieldDescription, FilterRelated } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { type RuleProps, update } from 'react-querybuilder';
import { ChangedFieldsInput } from './ChangedFieldsInput.tsx';
import { ConditionValue } from './ConditionValue.tsx';
import { useConditionScope, useFoundField, verbsAt } from './condition-fields.ts';
import { type ConditionRule, EXPRESSION, RELATED } from './condition-query.ts';
import { FieldPicker } from './FieldPicker.tsx';
import classes from './Filter.module.css';
import { focusAfterRemoval } from './focus-after-removal.ts';
import { conditionOn } from './new-condition.ts';
import { RelatedRow } from './RelatedRow.tsx';

export function ConditionRow({ rule, path, schema, actions, ...shifts }: RuleProps) {
  const { t } = useTranslation();
  const { shiftUpDisabled, shiftDownDisabled } = shifts;
  const change = (next: Partial<ConditionRule>) =>
    schema.dispatchQuery(update(schema.getQuery(), next, path));
  return (
    <div className={classes.item}>
      {rule.field === EXPRESSION ? (
        <FormulaRow logic={rule.value} onChange={(value) => change({ value })} />
      ) : rule.field === RELATED ? (
        <RelatedRow question={rule.value as FilterRelated} onChange={(value) => change({ value })} />
      ) : (
        <QuestionRow rule={rule} change={change} />
      )}
      <div className={classes.rowActions}>
        {(shiftUpDisabled !== true || shiftDownDisabled !== true) && (
          <span className={classes.move}>
            <ActionIcon
              size="sm"
              aria-label={t('filter.moveUp')}
              disabled={shiftUpDisabled === true}
              onClick={() => actions.moveRule(path, 'up')}
            >
              <IconArrowUp size={13} />
            </ActionIcon>
            <ActionIcon
              size="sm"
              aria-label={t('filter.moveDown')}
              disabled={shiftDownDisabled === true}
              onClick={() => actions.moveRule(path, 'down')}
            >
              <IconArrowDown size={13} />
            </ActionIcon>
          </span>
        )}
        <ActionIcon
          aria-label={t('filter.remove')}
          onClick={(event) => {
            focusAfterRemoval(event.currentTarget.closest('fieldset'));
            actions.onRuleRemove(path);
          }}
        >
          <IconTrash size={15} stroke={1.75} />
        </ActionIcon>
      </div>
    </div>
  );
}

interface QuestionRowProps {
  readonly rule: ConditionRule;
  change(next: Partial<ConditionRule>): void;
}

function QuestionRow({ rule, change }: QuestionRowProps) {
  const { t } = useTranslation();
  const scope = useConditionScope();
  const { field, missing } = useFoundField(rule.field);
  const verbs = verbsAt(scope, rule.field, field);
  const verb = verbs.find((each) => each.verb === rule.operator);
  const onField = (path: string, chosen: FieldDescription | undefined) => {
    const offered = verbsAt(scope, path, chosen);
    const first = conditionOn(path, chosen, offered);
    change({ field: path, operator: first.verb, value: first.value });
  };
  const isLost = rule.field !== '' && field === undefined && missing === undefined && verbs.length === 0;
  return (
    <div className={classes.condition}>
      <FieldPicker
        path={rule.field}
        label={t('filter.field')}
        offersChange
        hasError={isLost}
        onChoose={onField}
      />
      <Select
        aria-label={t('filter.verb')}
        allowDeselect={false}
        data={verbs.map((each) => ({ value: each.verb, label: t(`verb.${each.label}`) }))}
        value={rule.operator}
        maxDropdownHeight={340}
        onChange={(name) => {
          const chosen = verbs.find((each) => each.verb === name);
          if (chosen === undefined) return;
          // A value stays when the next verb takes the same kind.
          const value = chosen.editor === verb?.editor ? rule.value : null;
          change({ operator: chosen.verb, value });
        }}
      />
      {verb?.editor === 'fields' && (
        <ChangedFieldsInput value={rule.value} onChange={(value) => change({ value })} />
      )}
      {field !== undefined && verb !== undefined && (
        <ConditionValue
          field={field}
          verb={verb}
          value={rule.value}
          onChange={(value) => change({ value })}
        />
      )}
    </div>
  );
}

function FormulaRow({ logic, onChange }: { logic: unknown; onChange: (logic: unknown) => void }) {
  const { t } = useTranslation();
  const scope = useConditionScope();
  const { formula } = scope;
  const text = formula?.textOf(logic) ?? t('filter.formula');
  return (
    <div className={classes.formulaRow}>
      <Tooltip label={t('filter.formulaTrue')}>
        <span className={classes.formulaMark}>
          <IconMathFunction size={14} aria-hidden />
        </span>
      </Tooltip>
      {formula === undefined ? (
        <code className={classes.formulaText}>{text}</code>
      ) : (
        <button
          type="button"
          className={classes.formulaText}
          aria-label={`${t('filter.editFormula')}: ${text}`}
          onClick={() => formula.edit(scope, logic, onChange)}
        >
          {text}
        </button>
      )}
    </div>
  );
}
