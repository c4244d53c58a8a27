/* The documentation page in Chromium: it shows every operation, asks nobody else, and passes axe.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from './chromium.js'

const url = process.env.SCIP_URL
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser, whole /* the page, with all operations read */

before(async () => {
  browser = await launch()
})
after(() => browser.close())

async function open(path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(90000) /* of a whole contract, beside others */
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
  whole = page
})

test('any operation is found by part of what it says of itself, by keyboard too', async () => {
  const contract = await (await fetch(`${url}/openapi.json`)).json()
  const operations = Object.entries(contract.paths).flatMap(([path, item]) => Object.entries(item).map(([method, { summary, operationId }]) => ({ path, method, summary, operationId })))
  const page = whole
  await page.setViewportSize({ width: 1280, height: 900 })
  const lost = await page.evaluate((all) => {
    const { fn, specSelectors } = window.ui.getSystem()
    const tags = specSelectors.taggedOperations()
    const found = (text) => fn.opsFilter(tags, text).toList().flatMap((tag) => tag.get('operations')).map((each) => each.getIn(['operation', 'operationId']))
    return all.flatMap(({ path, method, summary, operationId }) => [`${method.toUpperCase()} ${path}`, summary, operationId, operationId.slice(1), summary.slice(2)]
      .filter((text) => !found(text).includes(operationId) || found(text).size === all.length))
  }, operations)
  assert.deepEqual([operations.length > 300, lost], [true, []])
  await page.focus('#find')
  await page.keyboard.type('handover lead')
  await page.waitForFunction(() => document.querySelector('.find [role=status]').textContent === '1 operation')
  assert.deepEqual(await page.locator('.opblock-summary-path').allTextContents(), ['/v1/hubs/{slug}/leads/{lead}/handover'])
  for (let step = 0; step < 9 && !(await page.evaluate(() => document.activeElement.closest('.opblock'))); step++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const samples = page.locator('.opblock.is-open .of-contract pre')
  await samples.first().waitFor()
  assert.deepEqual(await samples.evaluateAll((all) => all.map((one) => [one.textContent, one.closest('details').open])),
    contract.paths['/v1/hubs/{slug}/leads/{lead}/handover'].post['x-codeSamples'].map(({ lang, source }) => [source.replaceAll('https://api.example.org', url), lang === 'curl']))
  const rules = await page.locator('.of-contract li a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  assert.deepEqual(rules, contract.paths['/v1/hubs/{slug}/leads/{lead}/handover'].post['x-problems'].map((rule) => `/problems/${rule}`))
  for (const [media, parts] of [[{ colorScheme: 'dark' }, '.find, .opblock'], [{ forcedColors: 'active' }, '.find, .of-contract, .body-param']]) {
    await page.emulateMedia({ reducedMotion: 'reduce', ...media })
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === 'finished')) /* colours fade */
    await page.evaluate(axe)
    const { violations } = await page.evaluate((inside) => window.axe.run(inside, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }), parts)
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [], JSON.stringify(media))
  }
  await page.fill('#find', 'no such operation')
  await page.waitForFunction(() => document.querySelector('.find [role=status]').textContent.startsWith('No operation'))
  await page.fill('#find', '')
  await page.waitForFunction(() => document.querySelectorAll('.opblock-tag').length > 20 && !document.querySelector('.opblock'), 'tags are closed as before')
  await page.setViewportSize({ width: 320, height: 640 })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, 'it scrolls sideways')
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
