/** The OpenAPI paths of sharing: of one object's records, and of standing in. */

const text = { type: 'string' };
const instant = { type: 'string', format: 'date-time' };
const until = { anyOf: [instant, { type: 'null' }] };
const access = { enum: ['read', 'update'] };
const target = {
  type: 'object',
  description: 'One of user, team (by id) and role (by name).',
  properties: { user: text, team: text, role: text, and_below: { type: 'boolean' } },
};

const problem = { default: { $ref: '#/components/responses/Problem' } };
const id = { $ref: '#/components/parameters/Id' };
const shareId = { name: 'share', in: 'path', required: true, schema: text };
const body = (properties: object, required: readonly string[]) => ({
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: { type: 'object', properties, required, additionalProperties: false } },
    },
  },
});
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});

/** Paths of the shares of an object's records. */
export function sharePaths(name: string, label: string): Record<string, Record<string, object>> {
  const tags = [name];
  return {
    [`/records/${name}/{id}/shares`]: {
      get: {
        operationId: `shares_of_${name}`,
        tags,
        summary: `With whom one ${label} is shared, and who sees it anyway`,
        parameters: [id],
        responses: { 200: answer('Shares, audience, and what may be given.'), ...problem },
      },
      post: {
        operationId: `share_${name}`,
        tags,
        summary: `Share one ${label} with a person, team or role`,
        parameters: [id],
        ...body({ with: target, access, expires_at: until }, ['with', 'access']),
        responses: { 201: answer('The share.'), ...problem },
      },
    },
    [`/records/${name}/{id}/shares/{share}`]: {
      patch: {
        operationId: `change_share_of_${name}`,
        tags,
        summary: 'Change what a share gives, or until when',
        parameters: [id, shareId],
        ...body({ access, expires_at: until }, []),
        responses: { 200: answer('The share as it is now.'), ...problem },
      },
      delete: {
        operationId: `unshare_${name}`,
        tags,
        summary: 'End a share',
        parameters: [id, shareId],
        responses: { 204: { description: 'Ended.' }, ...problem },
      },
    },
  };
}
