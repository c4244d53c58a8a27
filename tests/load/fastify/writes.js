/* POST and GET /v1/accounts as a Node service would do them: tokens verified once and remembered, bodies
 * checked against the schema, the same statements prepared, eight sessions, the answer kept with its effect.
 * usage: node writes.js PORT QUERIES-FOLDER JWKS-ADDRESS   (PGHOST, PGUSER, PGDATABASE) */
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import Fastify from 'fastify'
import pg from 'pg'

const [port, folder, jwks] = process.argv.slice(2)
const pool = new pg.Pool({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 8 })
const keys = new Map((await (await fetch(jwks)).json()).keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]))

/* The statement of an operation with its :names as $1, $2, … */
const statement = (name, casts = {}) => {
  const names = [], written = `${folder}/${name}.sql`
  const text = readFileSync(existsSync(written) ? written : `${folder}/../derived/${name}.sql`, 'utf8').replace(/--.*\n/g, '').replace(/(?<![:\w]):([a-z_]\w*)/g, (all, word) => {
    const at = names.indexOf(word) + 1 || names.push(word)
    return `$${at}${casts[word] ? `::${casts[word]}` : ''}`
  })
  return (client, values) => client.query({ name, text, values: names.map((word) => values[word] ?? null) })
}
const enter = statement('_enter', { issued_at: 'int8', roles: 'text[]' })
const claim = statement('_claim', { hash: 'bytea' })
const keep = statement('_keep', { hash: 'bytea', status: 'int' })
const kept = statement('_kept', { hash: 'bytea' })
const add = statement('addAccount', { body: 'jsonb', new_id: 'uuid', issuer: 'text', subject: 'text', name: 'text' })
const get = statement('getAccount', { id: 'uuid' })

const seen = new Map()
const caller = (header) => {
  const token = header?.startsWith('Bearer ') ? header.slice(7) : ''
  let claims = seen.get(token)
  if (!claims) {
    const [head, payload, signature] = token.split('.')
    const key = head && keys.get(JSON.parse(Buffer.from(head, 'base64url')).kid)
    if (!key || !verify('sha256', Buffer.from(`${head}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) return null
    claims = JSON.parse(Buffer.from(payload, 'base64url'))
    seen.set(token, claims)
  }
  return claims.exp * 1000 > Date.now() ? claims : null
}
const claims = (of, request, operation, roles) => ({ issuer: 'self', subject: of.sub, token_id: of.jti, issued_at: of.iat, scope: of.scope, request: request.id, operation, roles })
const shown = (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name[0] !== '_'))

const role = { type: 'object', required: ['role'], additionalProperties: false, properties: { role: { type: 'string' }, hub: { type: 'string' } } }
const text = { type: 'string', minLength: 1, maxLength: 500 }
const schema = {
  body: { type: 'object', required: ['issuer', 'subject', 'name', 'roles'], additionalProperties: false,
    properties: { issuer: { ...text, pattern: '^https?://[^ ]+$' }, subject: text, name: text, roles: { type: 'array', maxItems: 50, items: role } } }
}

const app = Fastify({ genReqId: () => randomUUID(), ajv: { customOptions: { removeAdditional: false } } })

app.post('/v1/accounts', { schema }, async (request, reply) => {
  const of = caller(request.headers.authorization)
  if (!of) return reply.code(401).send()
  const key = request.headers['idempotency-key']
  const body = JSON.stringify(request.body)
  const hash = `\\x${createHash('sha256').update(request.url).update(body).digest('hex')}`
  const one = { operation: 'addAccount', key, hash }
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await enter(client, claims(of, request, 'addAccount', ['central']))
    await claim(client, one)
    const id = randomUUID()
    const location = (await add(client, { ...request.body, body, new_id: id })).rows[0]._location
    const row = (await get(client, { id })).rows[0]
    const answer = JSON.stringify(shown(row))
    const etag = `"${row._version}.${createHash('md5').update(answer).digest('hex')}"`
    await keep(client, { ...one, status: 201, location, etag, content_type: 'application/json', body: answer })
    await client.query('COMMIT')
    return reply.code(201).headers({ location, etag, 'cache-control': 'private, no-store' }).type('application/json').send(answer)
  } catch (error) {
    await client.query('ROLLBACK')
    if (error.code !== 'SC200') return reply.code({ SC401: 401, SC403: 403, SC409: 409, 23505: 409, SC422: 422 }[error.code] ?? 500).send()
    await client.query('BEGIN')
    await enter(client, claims(of, request, 'addAccount', ['central']))
    const old = (await kept(client, one)).rows[0]
    await client.query('COMMIT')
    return reply.code(old.status).headers({ location: old.location, etag: old.etag, 'cache-control': 'private, no-store' }).type(old.content_type).send(old.body)
  } finally {
    client.release()
  }
})

app.get('/v1/accounts/:id', async (request, reply) => {
  const of = caller(request.headers.authorization)
  if (!of) return reply.code(401).send()
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await enter(client, claims(of, request, 'getAccount', ['central']))
    const row = (await get(client, request.params)).rows[0]
    await client.query('COMMIT')
    const answer = JSON.stringify(shown(row))
    const etag = `"${row._version}.${createHash('md5').update(answer).digest('hex')}"`
    return reply.headers({ etag, 'cache-control': 'private, no-store' }).type('application/json').send(answer)
  } finally {
    client.release()
  }
})

app.get('/health', async () => ({}))

await app.listen({ port: Number(port), host: '127.0.0.1' })
process.on('SIGTERM', () => process.exit(0))
