/**
 * Checks `{"is_under": [{"var": "account"}, "<id>"]}`: whether the record that is linked is the one given, or stands
 * below it. Asked of the tree lookup itself it gives what is below; asked of the id also the record at the top.
 */
import type { CompiledField, CompiledObject } from '../model.ts';
import type { SourceCall } from './check.ts';
import { RelatedCheck } from './check-related.ts';
import { NEVER, type Operand } from './expression.ts';
import type { FieldPath } from './path.ts';
import { relatedField, TREE_OPERATOR, variableIn } from './related-field.ts';
import { type PathScope, resolvePath } from './resolve-path.ts';

export abstract class TreeCheck extends RelatedCheck {
  protected under(call: SourceCall, pointer: string, depth: number): Operand | undefined {
    if (!this.hasCount(call, 2, pointer) || this.hasTooManyQuestions(pointer)) return undefined;
    const name = variableIn(call.args[0]);
    if (name === undefined)
      return this.fail(
        'wrong_type',
        call.at(0),
        '`is_under` asks a link, by its name: `{"var": "account"}`.',
      );
    const { path, problem } = resolvePath(this.scope, name);
    if (problem) {
      this.faults.push({ ...problem, pointer: `${call.at(0)}/var` });
      return undefined;
    }
    const asked = this.#recordAt(name, path);
    const trees = asked ? treesOf(this.scope, asked.object, path.field) : [];
    const [tree] = trees;
    if (!asked || !tree)
      return this.fail(
        'wrong_type',
        call.at(0),
        `\`${name}\` leads to no tree, so nothing can stand under anything there.`,
        'A tree is a lookup of an object to itself with `tree` set.',
      );
    if (trees.length > 1)
      return this.fail(
        'ambiguous_path',
        call.at(0),
        `The records behind \`${name}\` stand in several trees.`,
        `Ask one of their lookups: ${trees.map((each) => `\`${asked.prefix}${each.name}\``).join(' or ')}.`,
      );
    this.mention(`${call.at(0)}/var`, path);
    // At the `var`, not at its text: the tree is not named there.
    this.mention(call.at(0), { text: tree.name, through: [], field: tree }, true);
    const given = this.operand(call.args[1], call.at(1), depth + 1);
    const above = given && this.adapt(given, { op: 'field', type: 'id', path: asked.of }, call.at(1));
    if (!above) return undefined;
    if (above.type === 'blank') return { op: 'condition', type: 'boolean', condition: NEVER };
    if (above.op !== 'literal')
      return this.fail('wrong_type', call.at(1), '`is_under` takes the id of a record, written out.');
    const rest = JSON.stringify({ [TREE_OPERATOR]: [{ var: 'id' }, above.value, tree.name] });
    const question = relatedField(rest, {
      operator: TREE_OPERATOR,
      object: asked.object.name,
      via: { is: 'lookup', lookup: tree },
      id: asked.of.field,
      value: above,
      condition: undefined,
    });
    const { through } = asked.of;
    return {
      op: 'field',
      type: 'boolean',
      path: Object.freeze({ text: asked.prefix + rest, through, field: question }),
    };
  }

  /** The record whose place is asked for: the one linked, or of an id the record itself. */
  #recordAt(
    name: string,
    path: FieldPath,
  ): { readonly object: CompiledObject; readonly of: FieldPath; readonly prefix: string } | undefined {
    const isId = path.field.systemColumn === 'id';
    const of = isId ? path : resolvePath(this.scope, `${name}.id`).path;
    const object = of && this.scope.objects.get(of.field.object);
    if (!object || of.field.systemColumn !== 'id') return undefined;
    return { object, of, prefix: of.text.slice(0, -'id'.length) };
  }
}

/** The trees in which records of an object stand; of a tree lookup its own. */
function treesOf(scope: PathScope, object: CompiledObject, link: CompiledField): readonly CompiledField[] {
  if (link.body.tree === true && !link.related) return [link];
  return [...object.fields.values()].filter(
    (field) => field.body.tree === true && !field.related && (!scope.isReadable || scope.isReadable(field)),
  );
}
