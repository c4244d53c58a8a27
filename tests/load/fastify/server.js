/* GET /v1/hubs as a Node service would do it: the same statement, prepared, four connections, rows to
 * JSON by JavaScript. usage: node server.js PORT STATEMENT-FILE   (DATABASE_URL: libpq keywords) */
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import pg from 'pg'

const [port, file] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')
const pool = new pg.Pool({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 4 })
const app = Fastify()
let cached

app.get('/v1/hubs', async () => {
  const { rows } = await pool.query({ name: 'listHubs', text })
  const items = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name[0] !== '_')))
  return { items, next: null }
})

app.get('/cached', async (request, reply) => {
  cached ??= (await app.inject('/v1/hubs')).body
  return reply.type('application/json').send(cached)
})

await app.listen({ port: Number(port), host: '127.0.0.1' })
process.on('SIGTERM', () => process.exit(0))
