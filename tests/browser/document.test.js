/* The network's evaluation of a year as a page: read on a screen of any width, printed, and without anything from elsewhere.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from './chromium.js'

const url = process.env.SCIP_URL
const year = '2014-15'
const address = `${url}/v1/network/evaluations/${year}/document`
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const words = { suppressed: 'withheld', not_submitted: 'not submitted', nil_return: 'nil return', not_applicable: 'not applicable', not_available: 'not available' }
let browser
let rows

before(async () => {
  rows = (await (await fetch(`${url}/v1/network/evaluations/${year}/figures`)).json()).items
  assert.ok(rows.length > 20)
  browser = await launch()
})
after(() => browser.close())

async function open(viewport, options = {}) {
  const page = await browser.newPage({ viewport, bypassCSP: false, ...options })
  page.asked = []
  page.broken = []
  page.on('request', (request) => page.asked.push(request.url()))
  page.on('pageerror', (error) => page.broken.push(error.message))
  page.on('console', (message) => message.type() === 'error' && page.broken.push(message.text()))
  await page.goto(address)
  return page
}

const shown = (value, status) => value === null ? words[status] : value.toLocaleString('en-GB').replace('-', '−')
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth)

test('the tables have the rows of the year, and the charts their numbers', async () => {
  const page = await open({ width: 1280, height: 900 })
  assert.equal(await page.title(), `Annual network evaluation ${year} – SCiP Alliance`)
  const tables = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('table')].map((table) =>
    [table.caption.textContent, [...table.rows].slice(1).map((row) => [...row.cells].map((cell) => cell.textContent))])))
  const charts = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('svg[role=img]')].map((svg) =>
    [svg.querySelector('title').textContent, [...svg.querySelectorAll('g')].map((bar) => ({ texts: [...bar.querySelectorAll('text')].map((text) => text.textContent),
      widths: [...bar.querySelectorAll('rect')].map((rect) => rect.width.baseVal.value) }))])))
  assert.ok(Object.keys(charts).length >= 7, 'a chart for each figure that a Hub has a number of')
  for (const metric of new Set(rows.map((row) => row.metric))) {
    const [network, ...hubs] = rows.filter((row) => row.metric === metric)
    const change = (row) => row.change === null ? 'not compared–' : (row.change > 0 ? '+' : '') + shown(row.change)
    const cells = (row) => [row.hub?.name ?? 'Network', shown(row.value, row.status), shown(row.previous_value, row.previous_status), change(row)]
    assert.deepEqual(tables[`${network.title}, by Hub`], [...hubs, network].map(cells), metric)
    assert.ok(tables['The network, beside the year before'].some(([name, value]) => name === network.title && value === shown(network.value, network.status)))
    for (const [at, { texts, widths }] of (charts[`${network.title}, by Hub`] ?? []).entries()) {
      const { hub, value, status, previous_value: before, previous_status: was } = hubs[at]
      assert.deepEqual(texts, [hub.name.length > 44 ? hub.name.slice(0, 43) + '…' : hub.name, shown(value, status), shown(before, was)])
      assert.equal(widths.length, [value, before].filter((number) => number > 0).length, 'what has no number has no bar')
      assert.ok(widths.every((width) => width >= 1))
    }
  }
  assert.deepEqual([page.broken, page.asked], [[], [address]], 'it asks for nothing')
  await page.close()
})

for (const [device, viewport] of Object.entries({ desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 700 } }))
  test(`it fits and passes axe: ${device}`, async () => {
    const page = await open(viewport, { bypassCSP: true })
    assert.equal(await wide(page), viewport.width, 'it scrolls sideways')
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/document-${device}.png`, fullPage: true })
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => window.axe.run(document))
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [])
    const levels = await page.evaluate(() => [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1])))
    assert.ok(levels[0] === 1 && levels.every((level, at) => at === 0 || level > 1 && level <= levels[at - 1] + 1), 'headings skip a level')
    for (const link of await page.locator('nav a').all()) assert.equal(await page.locator(await link.getAttribute('href')).count(), 1)
    await page.close()
  })

test('its addresses lead to the numbers', async () => {
  const page = await open({ width: 1280, height: 900 })
  const links = await page.locator('main a').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  assert.equal(links.length, 1 + new Set(rows.map((row) => row.metric)).size)
  for (const link of links) assert.equal((await fetch(url + link)).status, 200, link)
  await page.close()
})

test('it prints on A4, a figure to a page', async () => {
  const page = await open({ width: 673, height: 1000 }) /* the width of A4 without its margins */
  await page.emulateMedia({ media: 'print' })
  assert.equal(await wide(page), 673, 'it is wider than the paper')
  assert.equal(await page.locator('nav').isVisible(), false)
  const [chart, table] = await Promise.all(['.pair svg', '.pair svg + div'].map((part) => page.locator(part).first().boundingBox()))
  assert.ok(table.x > chart.x + chart.width - 1, 'the table is beside the chart')
  assert.equal(await page.locator('.pair').first().evaluate((pair) => getComputedStyle(pair).breakInside), 'avoid')
  const pdf = await page.pdf({ preferCSSPageSize: true, ...(process.env.SCREENSHOTS && { path: `${process.env.SCREENSHOTS}/document.pdf` }) })
  assert.match(pdf.toString('latin1'), /\/MediaBox \[\s*0 0 59[45](\.\d+)? 84[12]/, 'A4')
  await page.close()
})
