/** Compiles one formula once what it reads is known. From here on the field has the type of its result. */
import { type Compilation, replaceField } from './compilation.ts';
import type { OpenField } from './compile-computed.ts';
import { withArticle } from './compile-field.ts';
import { nameOf, withArticle as withArticleOf } from './expressions/check.ts';
import { checkValueExpression } from './expressions/check-expression.ts';
import type { Operand } from './expressions/expression.ts';
import { pathsOfOperand } from './expressions/expression-paths.ts';
import { type FormulaFacts, factsOf, isStorable } from './expressions/formula-facts.ts';
import type { CompiledOption } from './field-type.ts';
import { displaysOf, resultType } from './field-types/formula.ts';
import type { CompiledFormula } from './model.ts';

/** What a formula has together with those that it reads: the bounds of one expression, and lookups on the way to a value. */
const BOUNDS = [
  ['size', 2000, 'parts'],
  ['operations', 200, 'arithmetic operations'],
  ['depth', 40, 'levels'],
  ['hops', 10, 'lookups on the way to a value'],
] as const;
/** A text of this length fits an entry of a B-tree, at four bytes a character. */
const MAX_INDEXED_LENGTH = 600;

/** `isWanted`: a view sorts or filters by it, or an index names it. */
export function compileFormula(compilation: Compilation, open: OpenField, isWanted: boolean): void {
  const { component, object, field } = open;
  const { body } = component;
  const at = '/body/formula';
  const checked = checkValueExpression(body.formula, { objects: compilation.objects, object });
  for (const { pointer, path } of checked.mentions)
    compilation.referToPath(component, `${at}${pointer}`, path);
  for (const { code, pointer, message, hint } of checked.problems)
    compilation.error(component, code, `${at}${pointer}`, message, hint);
  const { value } = checked;
  if (!value) return;
  const facts = factsOf(value);
  const beyond = BOUNDS.filter(([fact, most]) => facts[fact] > most);
  for (const [fact, most, noun] of beyond)
    compilation.error(
      component,
      'expression_too_large',
      at,
      `with the formulas that it reads it has ${facts[fact]} ${noun}.`,
      `At most ${most}.`,
    );
  if (beyond.length > 0) return;
  const display = body.display_as ?? (isMoney(value) ? 'currency' : undefined);
  const type = resultType(value.type, display, facts.maxLength);
  if (!type) {
    const displays = displaysOf(value.type);
    if (displays.length === 0)
      compilation.error(
        component,
        'wrong_type',
        at,
        `a formula can not give ${withArticleOf(nameOf(value.type))}.`,
        'It gives text, a number, a date, a time, yes or no, or an option. Of a link, read the name.',
      );
    else
      compilation.error(
        component,
        'wrong_type',
        '/body/display_as',
        `the formula gives ${withArticleOf(nameOf(value.type))}, which is not shown as ${withArticle(body.display_as!)}.`,
        `It can be shown as ${displays.join(', ')}.`,
      );
    return;
  }
  const isStored = isStorable(facts);
  const isLong = type.valueType === 'text' && facts.maxLength > MAX_INDEXED_LENGTH;
  for (const property of ['indexed', 'searchable'] as const) {
    if (body[property] !== true) continue;
    if (!isStored)
      compilation.error(
        component,
        'property_not_applicable',
        `/body/${property}`,
        `a formula that reads ${reasonOf(facts)} is computed when it is read: there is nothing to index.`,
        'Leave it out; it can be filtered and sorted all the same.',
      );
    else if (isLong)
      compilation.error(
        component,
        'property_not_applicable',
        `/body/${property}`,
        `its text can have ${facts.maxLength} characters, which is too long for an index.`,
        `Cut it to ${MAX_INDEXED_LENGTH} with \`SUBSTR\`.`,
      );
    else if (property === 'searchable' && type.valueType !== 'text')
      compilation.error(
        component,
        'property_not_applicable',
        '/body/searchable',
        `the search box finds text; ${withArticleOf(nameOf(value.type))} is none.`,
      );
  }
  const compiled: CompiledFormula = { value, facts, isStorable: isStored && !isLong };
  replaceField(object, {
    ...field,
    type,
    formula: compiled,
    options: optionsOf(value),
    isIndexed: isStored && !isLong && (body.indexed === true || body.searchable === true || isWanted),
    isSearchable: isStored && body.searchable === true,
  });
}

function reasonOf(facts: FormulaFacts): string {
  if (facts.readsOthers) return 'other records';
  if (facts.dependsOnAsker) return 'the clock or the user';
  return facts.dependsOnZone ? 'the day of a moment' : 'what the platform keeps of a record';
}

/** The options that the result may have: those of all selects that it may come from. */
function optionsOf(value: Operand): readonly CompiledOption[] {
  if (value.type !== 'option') return [];
  const options = new Map<string, CompiledOption>();
  for (const { field } of pathsOfOperand(value))
    for (const option of field.options) if (!options.has(option.value)) options.set(option.value, option);
  return [...options.values()];
}

/** Whether the result is an amount: sums and choices of amounts, an amount times or by a plain number. */
function isMoney(value: Operand): boolean {
  switch (value.op) {
    case 'field':
      return value.path.field.type.name === 'currency';
    case 'if':
      return [value.otherwise, ...value.branches.map((branch) => branch.value)].some(isMoney);
    case 'call': {
      const money = value.args.filter(isMoney).length;
      if (value.name === '*') return money === 1;
      if (value.name === '/') return money === 1 && isMoney(value.args[0]!);
      return money > 0 && !['cat', 'length', 'date_add', 'date_diff'].includes(value.name);
    }
    default:
      return false;
  }
}
