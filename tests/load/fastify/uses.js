/* Recording a use as a Node service would: who it is as keyed hashes, the agent's class remembered, one durable row a
 * request. It counts nothing, finds no chains and keeps no figures: the least that such a service does.
 * usage: node uses.js PORT ITEMS   (PGHOST, PGUSER, PGDATABASE); ITEMS: slugs and numbers of items as JSON */
import { createHmac, randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const [port, items] = process.argv.slice(2)
const pool = new pg.Pool({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 8 })
const numbers = new Map(Object.entries(JSON.parse(items)))
const salts = { day: randomBytes(32), month: randomBytes(32) }
const classes = new Map()
const classOf = (agent) => {
  if (!classes.has(agent)) classes.set(agent, /^(curl|wget|python)/i.test(agent) ? 'machine' : /bot|crawl|spider/i.test(agent) ? 'robot' : 'human')
  return classes.get(agent)
}
const hash = (salt, who) => createHmac('sha256', salt).update(who).digest('hex').slice(0, 32)
const text = 'INSERT INTO scip.use (at, item_id, request, class, day_key, month_key) VALUES (to_timestamp($1), $2, true, $3, $4, $5)'

const app = Fastify({ trustProxy: '127.0.0.1' })
app.get('/health', () => ({ status: 'ok' }))
app.get('/v1/documents/:slug/visit', async (request, reply) => {
  const item = numbers.get(request.params.slug)
  if (!item) return reply.code(404).send()
  const agent = request.headers['user-agent'] ?? ''
  const who = `${request.ip}\0${agent}`
  await pool.query({ name: 'use', text, values: [Math.floor(Date.now() / 1000), item.id, classOf(agent), hash(salts.day, who), hash(salts.month, who)] })
  return reply.code(303).header('location', item.url).send()
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
