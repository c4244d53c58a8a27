/* The documentation page in Chromium: it shows every operation, asks nobody else, and passes axe.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

const url = process.env.SCIP_URL
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser

before(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
})
after(() => browser.close())

async function open(path, viewport) {
  const page = await browser.newPage({ viewport })
  const asked = []
  const broken = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => broken.push(error.message))
  await page.goto(url + path)
  return { page, asked, broken }
}

for (const [name, viewport] of Object.entries({ desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
  test(`/docs shows the whole contract, ${name}`, async () => {
    const contract = await (await fetch(`${url}/openapi.json`)).json()
    const operations = Object.values(contract.paths).flatMap((item) => Object.values(item)).filter((operation) => operation.operationId)
    const { page, asked, broken } = await open('/docs', viewport)
    await page.waitForSelector('.opblock-tag')
    const tags = await page.$$eval('.opblock-tag', (all) => all.map((tag) => tag.dataset.tag))
    assert.deepEqual(tags.sort(), [...new Set(operations.flatMap((operation) => operation.tags))].sort())
    for (const tag of tags) {
      const heading = page.locator(`.opblock-tag[data-tag="${tag}"]`)
      const expected = operations.filter((operation) => operation.tags.includes(tag)).length
      await heading.click()
      await page.waitForFunction((count) => document.querySelectorAll('.opblock').length === count, expected)
      await heading.click()
      await page.waitForFunction(() => !document.querySelector('.opblock'))
    }
    assert.deepEqual(asked.filter((address) => !address.startsWith(url) && !address.startsWith('data:')), [], 'an outside request')
    assert.deepEqual(broken, [])
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/docs-${name}.png` })
    await page.close()
  })
}

test('an operation can be tried', async () => {
  const { page } = await open('/docs#/Hubs/listHubs', { width: 1280, height: 900 })
  await page.click('.opblock.is-open .try-out__btn')
  await page.click('.opblock.is-open .execute')
  await page.waitForSelector('.opblock.is-open .live-responses-table tbody .response-col_status')
  assert.match(await page.textContent('.opblock.is-open .live-responses-table tbody .response-col_status'), /200/)
  await page.close()
})

test('/docs passes axe', async () => {
  const { page } = await open('/docs#/Hubs/listHubs', { width: 1280, height: 900 })
  await page.waitForSelector('.opblock.is-open .responses-table')
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [])
  await page.close()
})
