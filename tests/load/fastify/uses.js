/* Recording a use as a Node service would: who it is as keyed hashes, what kind of agent it is remembered, a durable statement a
 * request. visit does the same job as ours, by the same statement for one use; bare inserts a use's row alone: it counts
 * nothing, finds no chains and keeps no figures, the least that such a service does.
 * usage: node uses.js PORT ITEMS   (PGHOST, PGUSER, PGDATABASE); ITEMS: slugs and numbers of items as JSON */
import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const [port, items] = process.argv.slice(2)
const pool = new pg.Pool({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 8 })
const numbers = new Map(Object.entries(JSON.parse(items)))
const { rows: patterns } = await pool.query('SELECT version, agent, pattern FROM scip.agent_patterns()')
const { rows: [salts] } = await pool.query('SELECT day, month FROM scip.usage_salts($1)', [Math.floor(Date.now() / 1000)])
const agents = new Map()
const agentOf = (agent) => {
  const is = (kind) => patterns.some((known) => known.agent === kind && new RegExp(known.pattern, 'i').test(agent))
  if (!agents.has(agent)) agents.set(agent, is('machine') ? 'machine' : is('robot') ? 'robot' : 'human')
  return agents.get(agent)
}
const hash = (salt, who) => createHmac('sha256', salt).update(who).digest('hex').slice(0, 32)
const use = (request) => {
  const agent = request.headers['user-agent'] ?? ''
  const who = `${request.ip}\0${agent}`
  return { at: Math.floor(Date.now() / 1000), kind: agentOf(agent), day: hash(salts.day, who), month: hash(salts.month, who) }
}
const record = 'SELECT status, url FROM scip.record_uses($1, $2, $3, $4, $5, $6, $7, $8)'
const insert = 'INSERT INTO scip.use (at, item_id, request, agent, day_key, month_key) VALUES (to_timestamp($1), $2, true, $3, $4, $5)'

const app = Fastify({ trustProxy: '127.0.0.1' })
app.get('/health', () => ({ status: 'ok' }))
app.get('/v1/documents/:slug/visit', async (request, reply) => {
  const { at, kind, day, month } = use(request)
  const values = [patterns[0].version, [at], [`document/${request.params.slug}`], [3], [kind], [day], [null], [month]]
  const { rows: [row] } = await pool.query({ name: 'record', text: record, values })
  return row.status ? reply.code(row.status).send() : reply.code(303).header('location', row.url).send()
})
app.get('/v1/documents/:slug/bare', async (request, reply) => {
  const item = numbers.get(request.params.slug)
  if (!item) return reply.code(404).send()
  const { at, kind, day, month } = use(request)
  await pool.query({ name: 'insert', text: insert, values: [at, item.id, kind, day, month] })
  return reply.code(303).header('location', item.url).send()
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
process.on('SIGTERM', () => process.exit(0))
