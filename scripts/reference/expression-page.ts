/**
 * `docs/reference/expressions.md`: the language with examples that are computed when the page is written, and the
 * public cases of JSON Logic that it refuses.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CompiledObject,
  checkExpression,
  checkValueExpression,
  compile,
  type FieldPath,
  FORMULA_FUNCTIONS,
  type JsonValue,
  type Model,
  parseFormula,
} from '../../packages/model/src/index.ts';
import { evaluate, holds } from '../../packages/rules/src/index.ts';
import {
  EXAMPLE_ABOVE,
  EXAMPLE_CONTEXT,
  EXAMPLE_FIELDS,
  EXAMPLE_RECORD,
  EXAMPLE_RELATED_FIELDS,
  EXAMPLE_TASKS,
  EXPRESSION_EXAMPLES,
  FAULTY_EXAMPLES,
} from './expression-examples.ts';

const CASES = join(import.meta.dirname, '../../packages/rules/test/json-logic-cases.json');

/** Throws when a function has no example, or an example a fault. */
export function expressionPage(): string {
  const scope = exampleScope();
  const signs = Object.keys(EXPRESSION_EXAMPLES).filter((name) => !/^[A-Z]/.test(name));
  const missing = FORMULA_FUNCTIONS.filter(({ name }) => !EXPRESSION_EXAMPLES[name]).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`No example of ${missing.join(', ')} in expression-examples.ts.`);
  const examples = (name: string) =>
    EXPRESSION_EXAMPLES[name]!.map((text) => {
      const { json, value } = answer(text, scope);
      return `| ${code(text)} | ${code(JSON.stringify(json))} | ${code(JSON.stringify(value))} |`;
    });
  const table = ['| formula | stored as | value |', '|---|---|---|'];
  return `${[
    '# Expressions',
    '',
    'Written by `npm run generate`; every value on this page was computed by the language itself. An expression is',
    'written as a formula and stored as JSON Logic. It means the same in the browser, on the server and in SQL.',
    '',
    'The examples are about this record, at noon of 29 March 2026 in Berlin (that night the clocks went forward):',
    '',
    '```json',
    JSON.stringify(EXAMPLE_RECORD, undefined, 2),
    '```',
    '',
    'Three records point to it by a lookup; seen from it they are `tasks`, the `reverse_name` of that lookup:',
    '',
    '```json',
    ...EXAMPLE_TASKS.map((task) => JSON.stringify(task)),
    '```',
    '',
    '**Related records.** `SOME`, `NONE`, `ALL`, `COUNT`, `SUM`, `AVG`, and `MIN` and `MAX` whose first part names',
    'related records, ask the records that point here by a lookup,',
    'by its `reverse_name`, those behind a many-to-many field by its name, and those of another record behind a lookup:',
    '`COUNT(account.contacts)`. The value and the condition are seen from a related record, which may ask its own in',
    'turn: two within each other, 20 in an expression. Records in the bin do not count. Over no records `SOME` and',
    '`ALL` are false, `NONE` is true, `COUNT` and `SUM` are 0, `AVG`, `MIN` and `MAX` are blank. In a list filter a person is',
    'answered from the records and fields that they may read; rules and formulas from all.',
    '',
    '**Trees.** `IS_UNDER(account, "…")` holds for a link to the record given or to one below it; asked of a tree lookup it',
    'gives what stands below the record, asked of `id` the record too. The record is written out as its id. In a list filter',
    'a person is answered from the records that they see: what stands below one that they do not see is not reached.',
    '',
    '**Blank.** No value, empty text and an empty list are blank, shown as `null`. `<` and its like are false when a',
    'side is blank; `=` and `<>` treat blank as a value; arithmetic with a blank is blank, and so are a division by',
    'zero and a number of more than 60 digits. A text joined with a blank is the text.',
    '',
    '## Signs',
    '',
    ...table,
    ...signs.flatMap(examples),
    '',
    '## Functions',
    '',
    ...FORMULA_FUNCTIONS.flatMap(({ name, signature, help }) => [
      `### ${code(signature)}`,
      '',
      help,
      '',
      ...table,
      ...examples(name),
      '',
    ]),
    '## What is said of a fault',
    '',
    '| formula | answer |',
    '|---|---|',
    ...FAULTY_EXAMPLES.map((text) => `| ${code(text)} | ${fault(text, scope)} |`),
    '',
    ...jsonLogic(),
  ].join('\n')}\n`;
}

interface Scope {
  readonly objects: Model['objects'];
  readonly object: CompiledObject;
  readonly hasPrevious: boolean;
  readonly user: readonly ['id', 'name', 'email'];
}

function exampleScope(): Scope {
  const { model, problems } = compile(
    [
      {
        kind: 'object' as const,
        name: 'deal',
        body: { label: 'Example', plural_label: 'Examples', name_field: 'name' },
      },
      {
        kind: 'object' as const,
        name: 'task',
        body: { label: 'Task', plural_label: 'Tasks', name_field: 'name' },
      },
      ...Object.entries({ deal: EXAMPLE_FIELDS, task: EXAMPLE_RELATED_FIELDS }).flatMap(([object, fields]) =>
        Object.entries(fields).map(([name, body]) => ({
          kind: 'field' as const,
          name: `${object}.${name}`,
          body: { label: name, ...body } as never,
        })),
      ),
    ].map((component) => ({ component })),
  );
  if (!model) throw new Error(JSON.stringify(problems));
  const object = model.objects.get('deal')!;
  return { objects: model.objects, object, hasPrevious: true, user: ['id', 'name', 'email'] };
}

/** What the formula is stored as and what its value is. Throws when it has a fault. */
function answer(text: string, scope: Scope): { readonly json: JsonValue; readonly value: JsonValue } {
  const { expression: json, problems } = parseFormula(text);
  if (json === undefined) throw new Error(`${text}: ${problems[0]!.message}`);
  const record = {
    values: EXAMPLE_RECORD,
    previous: { ...EXAMPLE_RECORD, stage: 'open' },
    context: EXAMPLE_CONTEXT,
    related: (path: FieldPath) =>
      path.field.question?.operator === 'is_under' ? EXAMPLE_ABOVE : EXAMPLE_TASKS,
  };
  const condition = checkExpression(json, scope);
  if (condition.expression) return { json, value: holds(condition.expression, record) };
  const typed = checkValueExpression(json, scope);
  if (!typed.value) throw new Error(`${text}: ${typed.problems[0]!.message}`);
  return { json, value: evaluate(typed.value, record) };
}

/** The first problem of a faulty formula, with its place in the text. */
function fault(text: string, scope: Scope): string {
  const parsed = parseFormula(text);
  const [problem] = parsed.problems;
  if (problem) return `${problem.line}:${problem.column} ${escapeCell(problem.message)}`;
  const [found] = checkValueExpression(parsed.expression, scope).problems;
  if (!found) throw new Error(`${text} has no fault.`);
  const { line, column } = parsed.placeOf(found.pointer);
  return `${line}:${column} ${escapeCell(found.message)}`;
}

/** How the language relates to JSON Logic as it is elsewhere, from the cases that a test runs. */
function jsonLogic(): string[] {
  const { groups, reasons } = JSON.parse(readFileSync(CASES, 'utf8')) as {
    groups: readonly { cases: readonly (readonly [JsonValue, JsonValue, JsonValue, string?])[] }[];
    reasons: Readonly<Record<string, string>>;
  };
  const cases = groups.flatMap((group) => group.cases);
  const refused = cases.filter(([, , , reason]) => reason !== undefined);
  return [
    '## JSON Logic elsewhere',
    '',
    `Of the ${cases.length} public cases of JSON Logic, ${cases.length - refused.length} give the public answer here and`,
    `${refused.length} are refused by the type checker. None is taken and answered otherwise`,
    '(`packages/rules/test/json-logic.test.ts`). The reasons:',
    '',
    '| cases | for example | reason |',
    '|---|---|---|',
    ...Object.entries(reasons).map(([reason, text]) => {
      const those = refused.filter((each) => each[3] === reason);
      return `| ${those.length} | ${code(JSON.stringify(those[0]![0]))} | ${escapeCell(text)} |`;
    }),
  ];
}

const escapeCell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
