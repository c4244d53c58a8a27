/* The pages and elements as readers have them: narrow, dark, in forced colours, printed, without JavaScript, on other people's
 * pages, with words that no line holds, and with an element that is set up wrongly.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { launch } from './chromium.js'

const url = process.env.SCIP_URL
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pages = {
  landing: '/', docs: '/docs', evaluation: '/v1/network/evaluations/2014-15/document', problems: '/problems', problem: '/problems/session-full', glossary: '/web/glossary.html',
}
const PLAIN = ['problem', 'glossary'] /* text alone, which leads on by its navigation */
const modes = {
  narrow: { viewport: { width: 320, height: 640 } },
  'narrow, dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
  'forced colours, dark': { forcedColors: 'active', colorScheme: 'dark' },
  'without JavaScript': { javaScriptEnabled: false, viewport: { width: 320, height: 640 } },
}
const ELEMENTS = 'scip-documents, scip-events, scip-headline, scip-hub-list, scip-hub-map, scip-metrics, scip-news'
let browser
let host

before(async () => {
  browser = await launch()
  /* another website, of an origin that no setting names; its page is what ?body= says, or ?whole= */
  host = createServer((request, response) => {
    const { searchParams } = new URL(request.url, url)
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(searchParams.get('whole') ?? `<!doctype html><html lang="${searchParams.get('lang') ?? 'en'}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Neighbour</title>
      <link rel="icon" href="data:,"><main><h1>Neighbour</h1><h2>Records</h2>${searchParams.get('body')}</main><script type="module" src="${url}/web/scip.js"></script></html>`)
  }).listen(0, 'localhost')
})
after(async () => {
  await browser.close()
  host.close()
})

const embedding = (body, lang = 'en') => `http://localhost:${host.address().port}/?${new URLSearchParams({ body, lang })}`

async function open(address, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
  page.asked = []
  page.broken = []
  page.warned = []
  page.on('request', (request) => page.asked.push(request.url()))
  page.on('pageerror', (error) => page.broken.push(error.message))
  page.on('console', (message) => message.type() === 'error' ? page.broken.push(message.text()) : message.type() === 'warning' && page.warned.push(message.text()))
  await page.goto(address)
  return page
}

const settled = (page) => page.waitForFunction((names) => [...document.querySelectorAll(names)].every((one) => {
  if (one.matches(':state(ready), :state(empty), :state(error)')) return true
  one.scrollIntoView({ behavior: 'instant' }) /* what is far down is loaded when a reader is near */
  return false
}), ELEMENTS)
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth)

/* what is best practice besides holds for the pages that are ours alone, not for Swagger UI's headings */
async function passesAxe(page, only = {}) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), only)
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [])
}

/** What is drawn in a colour that forced colours do not know: text, and marks. */
const misdrawn = () => {
  const system = (name) => {
    const probe = document.body.appendChild(document.createElement('i'))
    probe.style.color = name
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
  const known = ['CanvasText', 'Canvas', 'Highlight', 'HighlightText', 'GrayText', 'LinkText'].map(system).concat('none')
  const roots = [document, ...[...document.querySelectorAll('*')].flatMap((one) => one.shadowRoot ?? [])]
  return roots.flatMap((root) => [...root.querySelectorAll('svg text, svg rect, svg circle, svg path')])
    .filter((shape) => shape.ownerSVGElement.getBoundingClientRect().height && !shape.closest('.swagger-ui'))
    .filter((shape) => ![getComputedStyle(shape).fill].every((fill) => known.includes(fill) || fill.startsWith('url')))
    .map((shape) => `${shape.localName} ${shape.textContent.slice(0, 20)} ${getComputedStyle(shape).fill}`)
}

/** A page in a mode; that of the contract, which takes seconds to draw, is one for all. */
const shown = {}
async function openIn(name, { viewport = { width: 1280, height: 900 }, colorScheme = 'light', forcedColors = 'none', javaScriptEnabled = true }) {
  if (!javaScriptEnabled) return open(url + pages[name], { viewport, javaScriptEnabled })
  const page = shown[name] ?? await open(url + pages[name], { bypassCSP: true })
  if (name === 'docs') shown[name] = page
  await page.setViewportSize(viewport)
  await page.emulateMedia({ colorScheme, forcedColors, reducedMotion: 'reduce' })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === 'finished')) /* colours fade */
  return page
}

for (const name of Object.keys(pages))
  for (const [mode, options] of Object.entries(modes))
    test(`${name}: ${mode}`, async () => {
      const page = await openIn(name, options)
      if (options.javaScriptEnabled === false) {
        const text = await page.locator('main').innerText()
        assert.ok(text.length > (name === 'problem' ? 150 : 200) && await page.locator(PLAIN.includes(name) ? 'nav a' : 'main a').count() > 2, text)
        assert.deepEqual(page.asked.filter((address) => !address.startsWith(`${url}/`)), [])
        if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-without-javascript.png`, fullPage: true })
        return page.close()
      }
      await settled(page)
      if (name === 'docs') await page.waitForSelector('.opblock-tag')
      assert.equal(await wide(page), options.viewport?.width ?? 1280, 'it scrolls sideways')
      if (options.forcedColors) assert.deepEqual(await page.evaluate(misdrawn), [])
      await passesAxe(page, name === 'docs' ? { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] } : {})
      assert.deepEqual(page.broken, [])
      assert.deepEqual(page.asked.filter((address) => !address.startsWith(`${url}/`) && !address.startsWith('data:')), [], 'an outside request')
      assert.ok(await page.evaluate(() => document.querySelector('meta[name=description]').content.length > 40))
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${mode.replaceAll(', ', '-').replaceAll(' ', '-')}.png`, fullPage: true })
      if (!shown[name]) await page.close()
    })

for (const [path, status, said] of [['/no-such-page', 404, /There is no/], ['/v1/hubs/no-such-hub', 404, /There is no/], ['/v1/hubs?limit=many', 400, /\/query\/limit/]])
  test(`an error is a page: ${path}`, async () => {
    for (const options of [modes.narrow, modes['narrow, dark'], modes['forced colours, dark'], {}]) {
      const page = await open(`${url}${path}`, { bypassCSP: true, ...options })
      const shown = await page.locator('main').innerText()
      assert.match(shown, said)
      assert.ok(shown.includes(String(status)))
      assert.equal(await wide(page), options.viewport?.width ?? 1280, 'it scrolls sideways')
      await passesAxe(page)
      await page.locator('main a').first().click()
      assert.equal(page.url(), `${url}/`)
      assert.deepEqual(page.broken.filter((message) => !message.includes(`status of ${status}`)), [])
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/error-${status}.png` })
      await page.close()
    }
  })

test('a shared link has what others add to it, and a slash behind', async () => {
  for (const path of ['/?utm_source=newsletter&fbclid=x', '/docs?utm_source=x', '/docs/', '/v1/network/evaluations/2014-15/document/?gclid=1', '/web/scip.js?ver=6.4'])
    assert.equal((await fetch(url + path)).status, 200, path)
})

test('the first example of the README works on a page of any origin', async () => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
  const [, example] = /```html\n([\s\S]*?)```/.exec(readme)
  assert.ok(example.includes('http://127.0.0.1:8080/web/scip.js'))
  const whole = `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,">${example.replace('http://127.0.0.1:8080', url)}</html>`
  const page = await open(`http://localhost:${host.address().port}/?${new URLSearchParams({ whole })}`)
  await settled(page)
  assert.equal(await page.locator('scip-hub-list').evaluate((one) => one.matches(':state(ready)')), true)
  assert.match(await page.locator('scip-hub-list [part=name]').first().textContent(), /Scotland/)
  assert.deepEqual(page.broken, [])
  await page.close()
})

test('the landing page printed: no controls, nothing cut, marks as on the screen', async () => {
  const page = await open(`${url}/`, { viewport: { width: 700, height: 1000 } })
  await settled(page)
  await page.emulateMedia({ media: 'print' })
  assert.equal(await wide(page), 700)
  const seen = await page.evaluate(() => [document, ...[...document.querySelectorAll('*')].flatMap((one) => one.shadowRoot ?? [])]
    .flatMap((root) => [...root.querySelectorAll('nav, button, select, input[type=search]')]).filter((control) => control.checkVisibility()).map((control) => control.outerHTML))
  assert.deepEqual(seen, [])
  const card = page.locator('scip-hub-list [part=card]').first()
  assert.equal(await card.evaluate((one) => getComputedStyle(one).breakInside), 'avoid')
  assert.equal(await card.locator('[part=status]').evaluate((one) => getComputedStyle(one, '::before').printColorAdjust), 'exact')
  await page.close()
})

test('what stands between the tags is shown until there is more, and when the API is away', async () => {
  const page = await browser.newPage()
  await page.route('**/v1/**', (route) => route.abort())
  await page.goto(`${url}/`)
  await settled(page)
  for (const [element, word] of [['scip-hub-list', 'Scotland Hub'], ['scip-headline', 'Resource bank users'], ['scip-events', 'Annual gathering']])
    assert.equal(await page.locator(element).getByText(word).first().isVisible(), true, element)
  await page.unroute('**/v1/**')
  await page.locator('scip-hub-list [part=retry]').click()
  await page.waitForFunction(() => document.querySelector('scip-hub-list').matches(':state(ready)'))
  assert.equal(await page.locator('scip-hub-list > ul').isVisible(), false, 'it is there twice')
  await page.close()
})

const words = '<scip-hub-list search></scip-hub-list><scip-hub-map></scip-hub-map><scip-headline period="1899"></scip-headline><scip-events></scip-events><scip-documents></scip-documents><scip-metrics code="outreach_interventions" period="2014-15" by="hub"></scip-metrics><scip-news></scip-news>'
for (const width of [320, 1000])
  test(`words that no line holds, and ten digits: ${width}`, async () => {
    for (const address of [embedding(words), `${url}/`]) {
      const page = await open(address, { viewport: { width, height: 700 } })
      await settled(page)
      assert.ok(await page.getByText('Llanfairpwll').count() >= 4)
      assert.equal(await wide(page), width, 'it scrolls sideways')
      const out = await page.evaluate((names) => [...document.querySelectorAll(names)].flatMap((host) => [...host.shadowRoot.querySelectorAll('[part~=number], [part~=name], [part~=label], [part~=blurb], [part~=text], [part~=place]')]
        .filter((one) => one.checkVisibility() && one.localName !== 'text' && one.getBoundingClientRect().right > host.getBoundingClientRect().right + 1).map((one) => one.outerHTML.slice(0, 80))), ELEMENTS)
      assert.deepEqual(out, [])
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/long-${width}.png`, fullPage: true })
      await page.close()
    }
  })

test('big figures keep their place', async () => {
  const page = await open(embedding('<scip-headline kind="context"></scip-headline>'), { viewport: { width: 360, height: 700 } })
  await settled(page)
  const boxes = await page.locator('scip-headline [part=figure]').evaluateAll((all) => all.map((one) => [one.getBoundingClientRect().right, one.querySelector('[part=number]').getBoundingClientRect().right]))
  assert.ok(boxes.length > 4 && boxes.every(([figure, number]) => number <= figure + 0.5), String(boxes))
  await page.close()
})

test('a Hub that has closed counts no more, on the list and on the map', async () => {
  const hubs = (await (await fetch(`${url}/v1/hubs?limit=200`)).json()).items
  const living = hubs.filter(({ status }) => status !== 'closed').length
  assert.ok(living < hubs.length)
  const page = await open(embedding('<scip-hub-list search></scip-hub-list><scip-hub-map></scip-hub-map>'))
  await settled(page)
  assert.equal(await page.locator('scip-hub-list [part=count]').textContent(), `${living} Hubs`)
  assert.equal(await page.locator('scip-hub-list').getByText('Closed Hub', { exact: true }).isVisible(), false)
  await page.getByText(`Closed Hubs (${hubs.length - living})`).click()
  assert.equal(await page.locator('scip-hub-list').getByText('Closed Hub', { exact: true }).isVisible(), true)
  await page.getByRole('radio', { name: /^Wales/ }).check({ force: true })
  assert.equal(await page.locator('scip-hub-map').getByText('Closed Hub', { exact: true }).count(), 0)
  await page.close()
})

/* Terms that the API gives as kinds and categories have words; what is the name of a record has its title. */
const LISTS = ['nation', 'sector', 'phase', 'file_format', 'event_kind', 'meeting_kind', 'message_kind', 'document_kind', 'resource_kind', 'news_kind', 'policy_contribution_kind']
test('terms have the words of their vocabularies in both languages', async () => {
  const terms = []
  for (const list of LISTS) terms.push(...(await (await fetch(`${url}/v1/vocabularies/${list}?limit=200`)).json()).items)
  assert.ok(terms.length > 60 && terms.every(({ label, label_cy }) => label && label_cy), 'both languages')
  const page = await open(embedding('<p>Words</p>'))
  const [english, welsh] = await page.evaluate(async ([from, codes]) => {
    const { inWords, words } = await import(`${from}/web/words.js`)
    const known = await Promise.all(['en', 'cy'].map(async (lang) => (await words(lang)).term))
    return known.map((term) => codes.map((code) => inWords(term, code)))
  }, [url, terms.map(({ code }) => code)])
  assert.deepEqual(english, terms.map(({ label }) => label))
  assert.deepEqual(welsh, terms.map(({ label_cy }) => label_cy))
  await page.close()
  for (const [lang, expected] of [['en', ['Further education', 'Higher education']], ['cy', ['Addysg bellach', 'Addysg uwch']]]) {
    const shown = await open(embedding('<scip-metrics code="professionals" period="2020-21" by="category"></scip-metrics>', lang))
    await settled(shown)
    const labels = await shown.locator('scip-metrics [part=label]').allTextContents()
    assert.ok(labels.every((label) => !['He', 'Fe'].includes(label)), String(labels))
    if (labels.length > 1) assert.ok(expected.some((label) => labels.includes(label)), String(labels))
    await shown.close()
  }
})

for (const [what, body, said] of [
  ['a nation by its name', '<scip-hub-list nation="Scotland"></scip-hub-list>', /set up wrongly.*<scip-hub-list> nation is not one of/],
  ['no code', '<scip-metrics></scip-metrics>', /<scip-metrics> code is missing/],
  ['an unknown code', '<scip-metrics code="no_such"></scip-metrics>', /<scip-metrics> .*no_such/],
  ['an unknown kind', '<scip-headline kind="all"></scip-headline>', /<scip-headline> kind is not one of/]])
  test(`an element that is set up wrongly says how: ${what}`, async () => {
    const page = await open(embedding(body))
    await settled(page)
    const element = page.locator('main > :last-child')
    assert.match(await element.getByRole('status').textContent(), said)
    assert.equal(await element.locator('[part=retry]').count(), 0, 'trying again changes nothing')
    assert.match(page.warned.join('\n'), said.source.includes('set up') ? /nation is not one of/ : said.source.includes('kind') ? /kind is not one of/ : /code is missing|no_such/)
    await passesAxe(page)
    await page.close()
  })

test('a second copy of the script, and an element that there is not', async () => {
  const page = await open(embedding(`<scip-hub-list></scip-hub-list><scip-gallery></scip-gallery><script type="module" src="${url}/web/scip.js#2"></script>`))
  await settled(page)
  assert.ok(await page.locator('scip-hub-list [part=name]').count())
  assert.deepEqual(page.broken, [])
  assert.match(page.warned.join('\n'), /<scip-gallery> is no element of .*scip-hub-list/)
  await page.close()
})
