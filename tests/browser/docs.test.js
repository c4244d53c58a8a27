/* The documentation page in Chromium: it shows every operation, asks nobody else, and passes axe.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from './chromium.js'

const url = process.env.SCIP_URL
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser

before(async () => {
  browser = await launch()
})
after(() => browser.close())

async function open(path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.asked = []
  page.broken = []
  page.on('request', (request) => page.asked.push(request.url()))
  page.on('pageerror', (error) => page.broken.push(error.message))
  await page.goto(url + path)
  return page
}

/* to resolve the contract takes the page seconds: it is opened once for all widths, and once for what an operation is */
test('/docs shows the whole contract, on a desk and in the hand', async () => {
  const contract = await (await fetch(`${url}/openapi.json`)).json()
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item)).filter((operation) => operation.operationId)
  const page = await open('/docs')
  await page.waitForSelector('.opblock-tag')
  const tags = await page.$$eval('.opblock-tag', (all) => all.map((tag) => tag.dataset.tag))
  assert.deepEqual(tags.sort(), [...new Set(operations.flatMap((operation) => operation.tags))].sort())
  for (const [name, viewport] of Object.entries({ desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
    await page.setViewportSize(viewport)
    for (const tag of tags) {
      const heading = page.locator(`.opblock-tag[data-tag="${tag}"]`)
      const expected = operations.filter((operation) => operation.tags.includes(tag)).length
      await heading.click()
      await page.waitForFunction((count) => document.querySelectorAll('.opblock').length === count, expected)
      await heading.click()
      await page.waitForFunction(() => !document.querySelector('.opblock'))
    }
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/docs-${name}.png` })
  }
  assert.deepEqual(page.asked.filter((address) => !address.startsWith(url) && !address.startsWith('data:')), [], 'an outside request')
  assert.deepEqual(page.broken, [])
  await page.close()
})

test('an operation passes axe and can be tried', async () => {
  const page = await open('/docs#/Hubs/listHubs')
  await page.waitForSelector('.opblock.is-open .responses-table')
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [])
  await page.click('.opblock.is-open .try-out__btn')
  await page.click('.opblock.is-open .execute')
  await page.waitForSelector('.opblock.is-open .live-responses-table tbody .response-col_status')
  assert.match(await page.textContent('.opblock.is-open .live-responses-table tbody .response-col_status'), /200/)
  await page.close()
})
