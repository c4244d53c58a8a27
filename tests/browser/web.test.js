/* The landing page and the elements it is made of, in Chromium: they show what the API has, in every state, by
 * keyboard, in two languages, on other people's pages, and ask nobody else. Nothing here makes records up: a
 * network that fails is played, an answer never is.
 * SCIP_URL is the running service; SCREENSHOTS a folder for pictures, or nothing. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { launch } from './chromium.js'

const url = process.env.SCIP_URL
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const web = fileURLToPath(new URL('../../clients/web/', import.meta.url))
const viewports = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }
let neighbour /* an origin that the service under test does not list */
let browser
let hubs
let figures
let events
let host

const get = async (path) => (await fetch(url + path)).json()

before(async () => {
  hubs = (await get('/v1/hubs?limit=200')).items.sort((a, b) => (a.status === 'closed') - (b.status === 'closed')) /* closed ones come last */
  figures = (await get('/v1/headline-figures?period=2019-22&kind=alliance&limit=200')).items
  events = (await get('/v1/events?limit=200')).items
  assert.ok(hubs.length && figures.length && events.length)
  browser = await launch()
  host = createServer(neighbouring).listen(0, 'localhost')
  await once(host, 'listening')
  neighbour = `http://localhost:${host.address().port}`
})
after(async () => {
  await browser.close()
  host.close()
})

/* Another website: its page is what ?body= says. Below /v1 it is a cache that says in its way that its answers are old. */
let mark = {}
async function neighbouring(request, response) {
  const { pathname, search, searchParams } = new URL(request.url, neighbour)
  if (pathname.startsWith('/v1/')) {
    const answer = await fetch(url + pathname + search)
    response.writeHead(answer.status, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60', ...mark })
    response.end(await answer.text())
  } else {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><html lang="${searchParams.get('lang') ?? 'en'}"><meta charset="utf-8"><title>Neighbour</title><link rel="icon" href="data:,">
      <main><h1>Neighbour</h1><h2>Hubs</h2>${searchParams.get('body') ?? ''}</main><script type="module" src="${url}/web/scip.js"></script></html>`)
  }
}

const embedding = (body, lang = 'en') => `${neighbour}/?${new URLSearchParams({ body, lang })}`

async function open(address, options = {}) {
  const page = await browser.newPage({ viewport: viewports.desktop, reducedMotion: 'reduce', ...options })
  page.asked = []
  page.broken = []
  page.on('request', (request) => page.asked.push(request.url()))
  page.on('pageerror', (error) => page.broken.push(error.message))
  page.on('console', (message) => message.type() === 'error' && page.broken.push(message.text()))
  await page.goto(address)
  return page
}

const reaches = (page, element, state) => page.waitForFunction(
  ([name, wanted]) => document.querySelector(name)?.matches(`:state(${wanted})`), [element, state])

/* what is far down is loaded when a reader is near */
const near = (page) => page.evaluate(() => document.querySelectorAll('scip-documents, scip-news').forEach((element) => element.scrollIntoView({ behavior: 'instant' })))
const ready = (page) => near(page).then(() => page.waitForFunction(() =>
  [...document.querySelectorAll('scip-headline, scip-hub-map, scip-hub-list, scip-events, scip-documents, scip-metrics, scip-news')].every((element) => element.matches(':state(ready)'))))

const names = (page) => page.locator('scip-hub-list [part=name]').allTextContents()

async function passesAxe(page) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), [])
}

for (const [device, viewport] of Object.entries(viewports))
  for (const colorScheme of ['light', 'dark'])
    test(`the landing page shows every record and passes axe: ${device}, ${colorScheme}`, async () => {
      const page = await open(`${url}/`, { viewport, colorScheme })
      await ready(page)
      assert.deepEqual(await names(page), hubs.map((hub) => hub.name))
      assert.deepEqual(await page.locator('scip-headline [part=label]').allTextContents(), figures.map((figure) => figure.title))
      const values = await page.locator('scip-headline [part=value]').allTextContents()
      for (const [at, { value, qualifier }] of figures.entries()) {
        assert.equal(Number(values[at].replace(/[^\d.]/g, '')), value)
        assert.equal(values[at].startsWith({ exact: '', over: 'over ', about: 'about ', at_least: 'at least ', target: 'target: ' }[qualifier]), true, values[at])
      }
      assert.equal(await page.locator('scip-headline [part=link]').first().getAttribute('href'), figures[0].sources[0])
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'it scrolls sideways')
      assert.deepEqual(page.asked.filter((address) => !address.startsWith(`${url}/`)), [], 'an outside request')
      assert.equal(new Set(page.asked).size, page.asked.length, 'asked twice')
      assert.deepEqual(page.broken, [])
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/landing-${device}-${colorScheme}.png`, fullPage: true })
      await passesAxe(page)
      await page.close()
    })

test('the landing page is at most 35 KiB, compressed', async () => {
  const page = await browser.newPage()
  const files = []
  page.on('response', (response) => new URL(response.url()).pathname.startsWith('/v1/') || files.push(response))
  await page.goto(`${url}/`, { waitUntil: 'networkidle' })
  const sizes = await Promise.all(files.map(async (response) => [new URL(response.url()).pathname, gzipSync(await response.body()).length]))
  const total = sizes.reduce((sum, [, size]) => sum + size, 0)
  assert.ok(files.length > 10 && total <= 35 * 1024, `${total} bytes: ${sizes.join(' ')}`)
  await page.close()
})

test('what is far down the landing page is asked for when a reader is near, and keeps the keyboard\'s place', async () => {
  const page = await open(`${url}/`)
  await reaches(page, 'scip-hub-list', 'ready')
  const asked = () => page.asked.filter((address) => /documents\.js|news\.js|\/v1\/(news|library)/.test(address)).length
  assert.deepEqual([asked(), await page.getByRole('link', { name: 'all documents' }).isVisible()], [0, true])
  await page.getByRole('link', { name: 'all documents' }).focus()
  await reaches(page, 'scip-documents', 'ready')
  assert.equal(await page.evaluate(() => document.activeElement?.localName), 'scip-documents', 'the focus is lost')
  await reaches(page, 'scip-news', 'ready')
  assert.ok(asked() >= 4 && new Set(page.asked).size === page.asked.length)
  await page.close()
})

test('each link of the landing page leads somewhere', async () => {
  const page = await open(`${url}/`)
  const links = await page.locator('body a[href^="/"]').evaluateAll((all) => all.map((link) => link.href))
  assert.ok(links.length >= 7)
  for (const link of links) assert.equal((await fetch(link)).status, 200, link)
  await page.close()
})

test('Hubs by nation, and by a name in any case', async () => {
  const page = await open(`${url}/`)
  await reaches(page, 'scip-hub-list', 'ready')
  for (const nation of ['GB-SCT', 'GB-ENG', 'GB-NIR', 'GB-WLS']) {
    await page.locator('scip-hub-list').getByLabel('Nation').selectOption(nation)
    assert.deepEqual(await names(page), hubs.filter((hub) => hub.nations.includes(nation)).map((hub) => hub.name))
  }
  await page.locator('scip-hub-list').getByLabel('Nation').selectOption('')
  await page.locator('scip-hub-list').getByLabel('Search').fill('WÁLES')
  assert.deepEqual(await names(page), ['Hub Cymru'])
  await page.locator('scip-hub-list').getByLabel('Search').fill('no such Hub')
  assert.deepEqual(await names(page), [])
  assert.equal(await page.locator('scip-hub-list [part=count]').textContent(), 'No Hubs to show.')
  await page.close()
})

test('the attribute nation asks for that nation alone', async () => {
  const page = await open(embedding('<scip-hub-list nation="GB-SCT"></scip-hub-list>'))
  await reaches(page, 'scip-hub-list', 'ready')
  assert.deepEqual(await names(page), hubs.filter((hub) => hub.nations.includes('GB-SCT')).map((hub) => hub.name))
  assert.equal(await page.locator('scip-hub-list').getByLabel('Nation').count(), 0)
  await page.locator('scip-hub-list').evaluate((list) => list.setAttribute('nation', 'GB-WLS'))
  await page.getByText('Hub Cymru').waitFor()
  await page.close()
})

test('each region by keyboard, with the Hubs that the API gives it', async () => {
  const regions = (await get('/v1/regions?limit=200')).items
  const page = await open(`${url}/`)
  await reaches(page, 'scip-hub-map', 'ready')
  const chosen = page.locator('scip-hub-map input:checked')
  await chosen.focus()
  const seen = []
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('ArrowDown')
    const code = await chosen.inputValue()
    const { name, hubs: all } = regions.find((region) => region.gss_code === code)
    const inside = all.filter(({ slug }) => hubs.some((hub) => hub.slug === slug && hub.status !== 'closed'))
    assert.equal(await page.locator('scip-hub-map [part=region-name]').textContent(), name)
    assert.deepEqual((await page.locator('scip-hub-map [part=name]').allTextContents()).sort(), inside.map((hub) => hub.name).sort())
    assert.equal(await page.locator('scip-hub-map path.chosen').getAttribute('id'), code)
    assert.equal(await page.locator(`scip-hub-map path#${code}`).getAttribute('part'), inside.length ? 'region region-with-hub' : 'region')
    seen.push(code)
  }
  assert.deepEqual(seen.sort(), regions.map((region) => region.gss_code).filter((code) => code !== 'E92000001').sort())
  const ring = await page.locator('scip-hub-map label:has(:focus-visible)').evaluate((label) => getComputedStyle(label).outlineStyle)
  assert.equal(ring, 'solid')
  await page.close()
})

test('a click on the drawing chooses the region', async () => {
  const page = await open(`${url}/`)
  await reaches(page, 'scip-hub-map', 'ready')
  await page.locator('scip-hub-map path#W92000004').click()
  assert.equal(await page.locator('scip-hub-map input:checked').inputValue(), 'W92000004')
  if (process.env.SCREENSHOTS) await page.locator('#map').screenshot({ path: `${process.env.SCREENSHOTS}/map-wales.png` })
  await page.close()
})

test('loading is said, and one request serves two elements', async () => {
  const page = await browser.newPage()
  let release
  const held = new Promise((resolve) => { release = resolve })
  let requests = 0
  await page.route('**/v1/hubs**', async (route) => {
    requests++
    await held
    await route.continue()
  })
  await page.goto(`${url}/`)
  await reaches(page, 'scip-hub-list', 'loading')
  assert.equal(await page.locator('scip-hub-list').getByRole('status').textContent(), 'Loading…')
  release()
  await ready(page)
  assert.equal(requests, 1)
  await page.close()
})

test('empty is said', async () => {
  const page = await open(embedding('<scip-headline period="1066"></scip-headline>'))
  await reaches(page, 'scip-headline', 'empty')
  assert.equal(await page.locator('scip-headline').getByRole('status').textContent(), 'No figures to show.')
  await page.close()
})

for (const colorScheme of ['light', 'dark'])
  test(`an error is said, and trying again works: ${colorScheme}`, async () => {
    const page = await browser.newPage({ colorScheme })
    await page.route('**/v1/**', (route) => route.abort())
    await page.goto(`${url}/`)
    await reaches(page, 'scip-hub-list', 'error')
    assert.match(await page.locator('scip-hub-list').getByRole('status').textContent(), /could not be reached/)
    await passesAxe(page)
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/error-${colorScheme}.png`, fullPage: true })
    await page.unroute('**/v1/**')
    await page.locator('scip-hub-list [part=retry]').focus()
    await page.keyboard.press('Enter')
    await reaches(page, 'scip-hub-list', 'ready')
    assert.deepEqual(await names(page), hubs.map((hub) => hub.name))
    assert.equal(await page.evaluate(() => document.activeElement?.localName), 'scip-hub-list', 'the focus is lost')
    await page.close()
  })

test('what was last seen is shown with its time when the API is away', async () => {
  const page = await open(`${url}/`)
  await ready(page)
  await page.route('**/v1/**', (route) => route.abort())
  await page.reload()
  await reaches(page, 'scip-hub-list', 'stale')
  assert.deepEqual(await names(page), hubs.map((hub) => hub.name))
  assert.match(await page.locator('scip-hub-list [part=note]').textContent(), new RegExp(`Shown as of \\d+ \\w+ ${new Date().getFullYear()}`))
  await passesAxe(page)
  if (process.env.SCREENSHOTS) await page.locator('#hubs').screenshot({ path: `${process.env.SCREENSHOTS}/stale.png` })
  await page.unroute('**/v1/**')
  await page.locator('scip-hub-list [part=retry]').click()
  await reaches(page, 'scip-hub-list', 'ready')
  await page.close()
})

const hourAgo = new Date(Date.now() - 3_600_000).toUTCString()
for (const old of [{ 'Cache-Status': 'scip-api; hit; ttl=-3600' }, { 'Cache-Status': 'edge; hit; ttl=-1', Date: hourAgo }, { Age: '3600' }])
  test(`an answer that a cache has kept too long is shown with its time: ${Object.keys(old)}`, async () => {
    mark = old
    const page = await open(embedding(`<scip-hub-list api="${neighbour}"></scip-hub-list>`))
    await reaches(page, 'scip-hub-list', 'stale')
    const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
    const note = await page.locator('scip-hub-list [part=note]').textContent()
    assert.ok([0, 1, 2, 3].some((minutes) => note.includes(time.format(Date.now() - (60 + minutes) * 60_000))), note)
    assert.equal((await names(page)).length, hubs.length)
    mark = { Age: '30' }
    await page.locator('scip-hub-list [part=retry]').click()
    await reaches(page, 'scip-hub-list', 'ready')
    await page.close()
  })

/* To come, as the API's dates say: 2026-06 and 2026 are over with their last day. */
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format()
const toCome = ({ status, starts_on: from, ends_on: to }) => status !== 'held' && (from ? (to ?? from) >= today.slice(0, (to ?? from).length) : status === 'published')
const titles = (page, part = '') => page.locator(`scip-events ${part} [part=name]`).allTextContents()

test('events: what is to come by month, what was when asked for', async () => {
  const coming = events.filter(toCome)
  const past = events.filter((event) => !toCome(event))
  assert.ok(coming.length >= 4 && past.length >= 30)
  const page = await open(embedding('<scip-events past></scip-events>'))
  await reaches(page, 'scip-events', 'ready')
  assert.deepEqual(await titles(page, '[part=content] > [part=month]'), coming.map((event) => event.title))
  assert.equal(await page.locator('scip-events [part=past] [part=name]').first().isVisible(), false)
  await page.locator('scip-events summary').focus()
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('scip-events [part=past] [part=name]').first().isVisible(), true)
  const shown = await titles(page, '[part=past]')
  assert.equal(shown.length, past.length)
  assert.deepEqual([...shown].sort(), past.map((event) => event.title).sort())
  const months = await page.locator('scip-events [part=past] h3').allTextContents()
  assert.ok(months.includes('June 2024') && months.includes('2023') && months.at(-1) === 'Date not known', String(months))
  const meeting = page.locator('scip-events [part=event]', { hasText: 'A morning at the library' })
  const { starts_at: begins, ends_at: ends } = events.find((event) => event.title === 'A morning at the library')
  const [from, to] = [begins, ends].map((at) => new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/London' }).format(new Date(at)))
  assert.match(await meeting.locator('[part=when]').textContent(), new RegExp(`^\\d+ \\w+ \\d{4}, ${from}–${to}$`))
  assert.equal(await meeting.locator('[part=place]').textContent(), 'University Library, Edinburgh, online · Scotland Hub')
  assert.equal(await page.locator('scip-events [part=status]').first().textContent(), 'Cancelled: The college is closed for repairs.')
  await passesAxe(page)
  await page.close()
})

test('events: each attribute asks for its own, and so does the calendar to subscribe to', async () => {
  for (const [name, value, fits] of [['hub', 'scotland-hub', (event) => event.hub?.slug === 'scotland-hub'], ['kind', 'conference', (event) => event.kind === 'conference'],
    ['programme', 'creative-forces', (event) => event.programme?.slug === 'creative-forces'], ['nation', 'GB-WLS', (event) => event.nation === 'GB-WLS']]) {
    const page = await open(embedding(`<scip-events past ${name}="${value}"></scip-events>`))
    await reaches(page, 'scip-events', 'ready')
    assert.deepEqual((await titles(page)).sort(), events.filter(fits).map((event) => event.title).sort())
    const href = await page.locator('scip-events [part~=subscribe]').getAttribute('href')
    assert.ok(href.startsWith(`webcal://${new URL(url).host}/v1/events?`), href)
    const feed = await fetch(href.replace('webcal:', 'http:'))
    assert.match(feed.headers.get('content-type'), /^text\/calendar/)
    const text = await feed.text()
    assert.equal(text.split('BEGIN:VEVENT').length - 1, events.filter((event) => fits(event) && event.starts_precision === 'day').length)
    assert.equal(await page.locator('scip-events [part=calendar] a').last().getAttribute('href'), href.replace('webcal:', 'http:'))
    await page.close()
  }
  assert.ok(!events.some(({ kind, nation }) => kind === 'awards' && nation === 'GB-NIR'))
  const page = await open(embedding('<scip-events kind="awards" nation="GB-NIR"></scip-events>'))
  await reaches(page, 'scip-events', 'empty')
  assert.equal(await page.locator('scip-events').getByRole('status').textContent(), 'No events to show.')
  await page.locator('scip-events').evaluate((element) => {
    element.removeAttribute('nation')
    element.setAttribute('kind', 'conference')
  })
  await page.getByText('Annual gathering').waitFor()
  assert.deepEqual(await titles(page), events.filter((event) => event.kind === 'conference' && toCome(event)).map((event) => event.title), 'without past')
  await page.locator('scip-events').evaluate((element) => element.setAttribute('nation', 'GB-SCT'))
  await page.getByText('No event to come has been announced.').waitFor()
  await page.close()
})

for (const [device, viewport] of Object.entries(viewports))
  test(`events in Welsh, and in English where there is no Welsh: ${device}`, async () => {
    const page = await open(embedding('<scip-events past></scip-events>', 'cy'), { viewport, colorScheme: device === 'phone' ? 'dark' : 'light' })
    await reaches(page, 'scip-events', 'ready')
    const welsh = page.locator('scip-events [part=event]', { hasText: 'Cynulliad blynyddol' })
    assert.equal(await welsh.locator('[part=name]').getAttribute('lang'), 'cy')
    assert.equal(await welsh.locator('[part=text]').textContent(), 'Deuddydd i bawb.')
    assert.equal(await page.locator('scip-events [part=name]', { hasText: 'A morning at the library' }).getAttribute('lang'), 'en')
    assert.match(await page.locator('scip-events [part=status]').first().textContent(), /^Wedi’i ganslo/)
    assert.match(await page.locator('scip-events [part~=subscribe]').getAttribute('href'), /lang=cy&format=ics$/)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'it scrolls sideways')
    assert.deepEqual(page.broken, [])
    await page.locator('scip-events summary').click()
    await passesAxe(page)
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/events-${device}.png`, fullPage: true })
    await page.close()
  })

const found = (page) => page.locator('scip-documents [part=name]').allTextContents()
const look = (query) => get(`/v1/library/search?${new URLSearchParams({ limit: 20, ...query })}`)
const counted = async (page, number) => page.locator('scip-documents [part=count]', { hasText: new RegExp(`^${number} items?$`) }).waitFor()

for (const [device, viewport] of Object.entries(viewports))
  test(`the library: words, facets, more of it, and ways to what there is: ${device}`, async () => {
    const page = await open(embedding('<scip-documents></scip-documents>'), { viewport, colorScheme: device === 'phone' ? 'dark' : 'light' })
    await reaches(page, 'scip-documents', 'ready')
    const { total } = await get('/v1/library/facets')
    const first = await look({})
    await counted(page, total)
    assert.deepEqual(await found(page), first.items.map((item) => item.title))

    await page.getByRole('button', { name: 'Show more' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('scip-documents [part=item]').nth(20).waitFor()
    const whole = (await get('/v1/library/search?limit=200')).items
    assert.deepEqual(await found(page), whole.slice(0, 40).map((item) => item.title))
    assert.equal(await page.locator('scip-documents [part=item]').nth(20).evaluate((item) => item === item.getRootNode().activeElement), true, 'the focus is on what came')

    const words = page.getByLabel('Words to find')
    await words.fill('toolkit')
    await words.press('Enter')
    const some = await look({ q: 'toolkit' })
    await counted(page, (await get('/v1/library/facets?q=toolkit')).total)
    assert.deepEqual(await found(page), some.items.map((item) => item.title))
    assert.equal(await words.evaluate((input) => input === input.getRootNode().activeElement), true, 'the focus is lost')

    const kinds = (await get('/v1/library/facets?q=toolkit')).facets.kind
    const kind = page.locator('scip-documents').getByLabel('Kind')
    assert.deepEqual(await kind.locator('option').evaluateAll((all) => all.map((option) => option.value)), ['', ...kinds.map(({ value }) => value)])
    assert.match((await kind.locator('option').allTextContents())[1], / \(\d+\)$/)
    const { value, count } = kinds[0]
    await kind.focus()
    await kind.selectOption(value)
    await counted(page, count)
    assert.deepEqual(await found(page), (await look({ q: 'toolkit', kind: value })).items.map((item) => item.title))
    assert.equal(await page.locator('scip-documents').getByLabel('Kind').evaluate((select) => select === select.getRootNode().activeElement && select.value), value)

    await words.fill('zebra crossing')
    await page.getByRole('button', { name: 'Find' }).click()
    await reaches(page, 'scip-documents', 'empty')
    assert.equal(await page.locator('scip-documents').getByRole('status').textContent(), 'Nothing found.')
    await page.locator('scip-documents').getByLabel('Kind').selectOption('')
    await words.fill('airships')
    await words.press('Enter')
    await counted(page, 2)
    const film = page.locator('scip-documents [part=item]', { hasText: 'Airships: a film' })
    assert.equal(await film.locator('[part=facts]').textContent(), 'Film · March 2024 · Welsh · Video · Primary, Secondary · CC-BY-4.0')
    const way = film.getByRole('link', { name: /^Go to the page *: Airships: a film$/ })
    const there = await fetch(await way.getAttribute('href'), { redirect: 'manual', headers: { 'User-Agent': 'Mozilla/5.0 Firefox/128.0' } })
    assert.deepEqual([there.status, there.headers.get('location')], [303, 'https://www.example.org/film'])
    const file = page.locator('scip-documents').getByRole('link', { name: /^Download: Worksheet/ })
    assert.match(await file.textContent(), /^Download: Worksheet – crews\.csv \(0\.1 kB\)$/)
    assert.equal(await (await fetch(await file.getAttribute('href'))).text(), 'crew,children\r\n1,2\r\n')
    assert.equal(await page.locator('scip-documents [part=embargo]').textContent(), 'The files are not available yet')
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'it scrolls sideways')
    assert.deepEqual(page.broken, [])
    await passesAxe(page)
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/documents-${device}.png`, fullPage: true })
    await page.close()
  })

test('the library: attributes fix a choice; nothing that was looked for is kept', async () => {
  const page = await open(embedding('<scip-documents collection="resources" phase="primary"></scip-documents>', 'cy'))
  await reaches(page, 'scip-documents', 'ready')
  const fixed = await look({ collection: 'resources', phase: 'primary' })
  assert.deepEqual((await found(page)).sort(), fixed.items.map((item) => item.title_cy ?? item.title).sort())
  assert.ok((await found(page)).includes('Llongau awyr: ffilm'))
  assert.equal(await page.locator('scip-documents [part=phase]').count(), 0)
  await page.getByLabel('Geiriau i’w canfod').fill('ffilm')
  await page.getByRole('button', { name: 'Chwilio' }).click()
  await page.locator('scip-documents [part=count]', { hasText: /^1 eitem$/ }).waitFor()
  assert.match(await page.locator('scip-documents [part=facts]').textContent(), /Mawrth 2024 · Cymraeg · Fideo · Cynradd, Uwchradd/)
  assert.equal(await page.locator('scip-documents [part=name]').getAttribute('lang'), 'cy')
  await passesAxe(page)
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [])
  await page.route('**/v1/**', (route) => route.abort())
  await page.getByLabel('Geiriau i’w canfod').fill('llong')
  await page.keyboard.press('Enter')
  await reaches(page, 'scip-documents', 'error')
  await page.unroute('**/v1/**')
  await page.locator('scip-documents [part=retry]').click()
  await reaches(page, 'scip-documents', 'empty')
  await page.close()
})

/* News. The fixture has posts in both languages, one that is hostile, and a draft; pictures of other hosts are played. */
const news = (attributes) => `<scip-news ${attributes}></scip-news>`
const shown = (page) => page.locator('scip-news [part=name]').allTextContents()
const parts = (page, part) => page.locator(`scip-news [part=${part}]`)
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADAgH/eL9wVwAAAABJRU5ErkJggg==', 'base64')

test('news: the newest first, each to read in its place', async () => {
  const { items, next } = await get('/v1/news?limit=4')
  const page = await open(embedding(`<style>:root { color-scheme: light dark } body { background: light-dark(#fff, #12181e) }</style>${news('limit="4"')}`))
  await reaches(page, 'scip-news', 'ready')
  assert.deepEqual(await shown(page), items.map((post) => post.title))
  assert.ok(items.every((post) => post.slug !== 'browser-draft') && !(await page.content()).includes('A draft'))
  assert.equal(page.asked.some((address) => /markdown|libraries|links/.test(address)), false, 'what nobody has opened is not asked for')
  const whole = page.locator('scip-news [part=item]', { hasText: 'Pupils make a passport' })
  assert.equal(await whole.locator('[part=picture]').getAttribute('alt'), 'A drawn sign')
  assert.match(await whole.locator('[part=facts]').textContent(), / · News · SCiP Alliance$/)
  await whole.locator('summary').focus()
  await page.keyboard.press('Enter')
  await whole.locator('[part=body] blockquote').waitFor()
  assert.equal(await whole.getByRole('heading', { name: 'What is in it', level: 4 }).count(), 1)
  assert.deepEqual(await whole.locator('[part=body] > *').evaluateAll((all) => all.map((one) => one.localName)), ['p', 'h4', 'ul', 'blockquote', 'ol'])
  assert.equal(await whole.getByRole('link', { name: 'a page' }).getAttribute('href'), 'https://www.example.org/passport')
  const hub = hubs.find(({ slug }) => slug === 'scotland-hub')
  assert.deepEqual((await whole.locator('[part=related] a').evaluateAll((all) => all.map((link) => [link.textContent, link.href]))).sort(),
    [['A morning at the library', 'https://www.example.org/transitions'], ['Annual gathering (JSON)', `${url}/v1/events/browser-gathering`], [hub.name, hub.page_url]].sort())
  for (const [mode, viewport, media] of [['desktop', viewports.desktop, {}], ['phone', viewports.phone, {}], ['dark', viewports.phone, { colorScheme: 'dark' }], ['forced', viewports.phone, { forcedColors: 'active' }]]) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'it scrolls sideways')
    await passesAxe(page)
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/news-${mode}.png`, fullPage: true })
  }
  const more = await get(`/v1/news?limit=4&cursor=${next}`)
  await page.locator('scip-news').getByRole('button', { name: 'Show more' }).click()
  await parts(page, 'item').nth(4).waitFor()
  assert.deepEqual(await shown(page), [...items, ...more.items].map((post) => post.title))
  assert.equal(await whole.locator('[part=body]').isVisible(), true, 'what was open is open')
  assert.equal(await page.evaluate(() => document.querySelector('scip-news').shadowRoot.activeElement?.querySelector('h3').textContent), more.items[0].title)
  await page.emulateMedia({ media: 'print', forcedColors: 'none' })
  assert.equal(await page.locator('scip-news button').first().isVisible(), false)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/news-print.png`, fullPage: true })
  assert.deepEqual(page.broken, [])
  await page.close()
})

test('news in Welsh where it has been written in it', async () => {
  const page = await open(embedding(news('limit="3"'), 'cy'), { viewport: viewports.phone })
  await reaches(page, 'scip-news', 'ready')
  assert.deepEqual(await parts(page, 'name').evaluateAll((all) => all.map((one) => [one.textContent, one.lang])),
    [['Disgyblion yn creu pasbort', 'cy'], ['Hostile', 'en'], ['Yn Saesneg yn unig', 'cy']])
  assert.equal(await parts(page, 'picture').getAttribute('alt'), 'Arwydd wedi\'i dynnu')
  assert.match(await parts(page, 'facts').last().textContent(), / · Safbwyntiau$/)
  for (const at of [0, 2]) await page.locator('scip-news summary').nth(at).click()
  await page.getByText('Cysylltiedig').waitFor()
  await parts(page, 'body').nth(1).waitFor()
  assert.deepEqual(await parts(page, 'body').evaluateAll((all) => all.map((one) => [one.textContent.trim(), one.lang])),
    [['Beth ddylai ysgol newydd ei wybod?', 'cy'], ['No Welsh yet.', 'en']])
  await passesAxe(page)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/news-welsh.png`, fullPage: true })
  await page.close()
})

test('news: one post whole, one of a kind and year, none, a draft, what was last seen', async () => {
  const page = await open(embedding(news('item="browser-whole"')))
  await parts(page, 'related').waitFor()
  assert.deepEqual([await shown(page), await parts(page, 'item').evaluateAll((all) => all.map((one) => one.localName))], [['Pupils make a passport'], ['article']])
  await page.route('**/v1/**', (route) => route.abort())
  await page.reload()
  await reaches(page, 'scip-news', 'stale')
  await parts(page, 'body').waitFor()
  assert.match(await page.locator('scip-news').evaluate((element) => element.shadowRoot.textContent), /a list.*The records could not be reached/s)
  await passesAxe(page)
  await page.unroute('**/v1/**')
  await parts(page, 'retry').click()
  await parts(page, 'related').waitFor()
  const becomes = async (attributes, state) => {
    await page.goto(embedding(news(attributes)))
    await reaches(page, 'scip-news', state)
  }
  await becomes('kind="views" year="2018"', 'ready')
  assert.deepEqual(await shown(page), (await get('/v1/news?kind=views&year=2018')).items.map((post) => post.title))
  assert.equal(await page.locator('scip-news').getByRole('button').count(), 0, 'there are no more')
  assert.match(await page.getByRole('link', { name: /^Go to the page/ }).first().getAttribute('href'), /^https:/)
  await becomes('year="1901"', 'empty')
  assert.equal(await page.locator('scip-news').getByRole('status').textContent(), 'No news to show.')
  await becomes('item="browser-draft"', 'error')
  assert.match(await page.locator('scip-news').getByRole('status').textContent(), /set up wrongly: <scip-news> .*browser-draft/)
  await becomes('kind="rumours"', 'error')
  await page.close()
})

test('news: a text that cannot be had says so, and another try brings it', async () => {
  const page = await open(embedding(news('limit="3"')))
  await reaches(page, 'scip-news', 'ready')
  await page.route('**/web/markdown.js', (route) => route.abort())
  await page.locator('scip-news summary').first().click()
  await parts(page, 'retry').waitFor()
  await page.unroute('**/web/markdown.js')
  await parts(page, 'retry').click()
  await parts(page, 'body').waitFor()
  await page.close()
})

test('news: pictures by https alone, whose hosts learn no page', async () => {
  const page = await browser.newPage()
  const asked = []
  await page.route(/pictures\.example\.org/, (route) => {
    asked.push([route.request().url(), route.request().headers().referer])
    return route.fulfill({ contentType: 'image/png', body: PICTURE })
  })
  for (const year of [1998, 1999]) {
    await page.goto(embedding(news(`year="${year}"`)))
    await reaches(page, 'scip-news', 'ready')
    await page.waitForLoadState('networkidle')
  }
  assert.deepEqual(asked, [['https://pictures.example.org/hall.png', undefined]])
  assert.equal(await parts(page, 'picture').evaluate((image) => image.naturalWidth), 1)
  await page.goto(`${url}/`)
  assert.equal(await page.evaluate(async (source) => {
    const image = Object.assign(new Image(), { src: source })
    return image.decode().then(() => image.naturalWidth)
  }, asked[0][0]), 1, 'the landing page\'s policy')
  await page.close()
})

const TAGS = ['p', 'br', 'hr', 'em', 'strong', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'img', 'h4', 'h5', 'h6']
const ATTRIBUTES = ['href', 'src', 'alt', 'title', 'start', 'part', 'rel', 'loading', 'decoding', 'referrerpolicy']
for (const [where, address, attributes] of [['a page without a policy', null, 'item="browser-hostile"'], ['the landing page', '/', '']])
  test(`news: of a hostile text nothing runs, is asked for or covers the page: ${where}`, async () => {
    const page = await browser.newPage({ viewport: viewports.desktop })
    const [asked, broken] = [[], []]
    page.on('dialog', (dialog) => broken.push(dialog.message()) && dialog.dismiss())
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()))
    page.on('pageerror', (error) => broken.push(error.message))
    await page.goto(address ? url + address : embedding(news(attributes)))
    await near(page)
    await reaches(page, 'scip-news', 'ready')
    if (address) await page.locator('scip-news [part=item]', { hasText: 'Hostile' }).locator('summary').click()
    const body = parts(page, 'body')
    await body.waitFor()
    await body.scrollIntoViewIfNeeded()
    await page.waitForLoadState('networkidle')
    const all = (root) => root.locator('*').evaluateAll((found) => found.map((one) => [one.localName, Object.fromEntries([...one.attributes].map(({ name, value }) => [name, value]))]))
    const unsafe = (found) => found.filter(([tag, has]) => !TAGS.includes(tag) || Object.keys(has).some((name) => !ATTRIBUTES.includes(name)) || /^\s*(javascript|data|blob|vbscript):/i.test(has.href ?? has.src))
    const found = await all(body)
    assert.deepEqual(unsafe(found), [])
    assert.deepEqual(found.flatMap(([tag, has]) => (tag === 'a' ? has.href : [])), ['https://www.example.org/kept'])
    assert.deepEqual(found.flatMap(([tag, has]) => (tag === 'img' ? has.src : [])), [`${url}/web/icon.svg`])
    assert.deepEqual(found.flatMap(([tag]) => (/^h\d/.test(tag) ? tag : [])), ['h4', 'h5', 'h6'])
    const seen = await body.innerText()
    for (const words of ['Words before.', 'Covered', 'one', 'kept', 'A raw link', 'A raw heading', 'Words behind.']) assert.ok(seen.includes(words), words)
    assert.doesNotMatch(seen, /a script|alert\(3\)|display: none/)
    for (const word of ['one', 'two', 'six', 'seven', 'Covered', 'Send']) await body.getByText(word, { exact: true }).first().click({ timeout: 1000 }).catch(() => {})
    await page.waitForTimeout(100)
    assert.deepEqual(broken, [])
    assert.deepEqual(asked.filter((one) => ![url, neighbour].includes(new URL(one).origin) && one !== 'data:,'), [])
    assert.equal(page.url(), address ? url + address : embedding(news(attributes)))
    if (!address) { /* DOMPurify alone holds as well; and the text would bite, were it shown as it is */
      const { body: text } = await get('/v1/news/browser-hostile')
      const show = (purely) => page.evaluate(async ([from, text, pure]) => {
        const [{ Marked }, { purified }] = await Promise.all(['libraries', 'markdown'].map((name) => import(`${from}/web/${name}.js`)))
        const html = new Marked().parse(text)
        const shown = Object.assign(document.createElement('div'), pure ? { id: 'pure' } : { innerHTML: html })
        if (pure) shown.append(...purified(html, from, 3))
        document.body.append(shown)
      }, [url, text, purely])
      await show(true)
      await page.waitForTimeout(100)
      const pure = await all(page.locator('#pure'))
      assert.ok(pure.length > 8 && pure.some(([, has]) => has.href === 'https://www.example.org/html'))
      assert.deepEqual([unsafe(pure), broken, asked.filter((one) => one.startsWith('http://127.0.0.1:9/'))], [[], [], []])
      await show(false)
      await page.waitForTimeout(200)
      assert.ok(broken.includes('an image') && asked.some((one) => one.startsWith('http://127.0.0.1:9/')), String(broken))
    }
    await page.close()
  })

test('the libraries are those that their lockfile names', async () => {
  assert.ok(existsSync(`${web}libraries/node_modules`), 'npm ci in clients/web/libraries comes first')
  const made = `${mkdtempSync(join(tmpdir(), 'libraries-'))}/libraries.js`
  execFileSync('npm', ['run', '--silent', 'libraries'], { cwd: `${web}libraries`, stdio: 'pipe', env: { ...process.env, OUT: made } })
  assert.ok(readFileSync(made).equals(readFileSync(`${web}public/libraries.js`)))
})

/* Metrics. The fixture has released 2020-21 twice, with outreach of one Hub, nil returns of another, nothing of a third. */
const YEARS = '2018-19,2019-20,2020-21,2021-22,2022-23,2023-24,2024-25'
const WORDS = { suppressed: 'Withheld', not_submitted: 'Not submitted', nil_return: 'Nil return', not_applicable: 'Not applicable', not_available: 'Not available' }
const cellsOf = async (question) => (await get(`/v1/metrics/${question.replace('?', '/values?')}`)).items
const metric = (attributes) => `<scip-metrics ${attributes}></scip-metrics>`
const said = (cell) => (cell.value === null ? WORDS[cell.status] : `${cell.value}${cell.unit === 'percent' ? '%' : ''}`)
const rows = (page) => page.locator('scip-metrics tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)))

test('metrics: each status has its word, and no bar', async () => {
  const seen = new Set()
  for (const [device, viewport] of Object.entries({ ...viewports, narrow: { width: 320, height: 640 } }))
    for (const code of ['outreach_interventions', 'outreach_young_people', 'hubs']) {
      const cells = await cellsOf(`${code}?period=2020-21&by=hub`)
      const page = await open(embedding(metric(`code="${code}" period="2020-21" by="hub"`)), { viewport, colorScheme: device === 'phone' ? 'dark' : 'light' })
      await reaches(page, 'scip-metrics', 'ready')
      assert.deepEqual(await page.locator('scip-metrics [part=label]').allTextContents(), cells.map((cell) => cell.hub.name))
      assert.deepEqual(await page.locator('scip-metrics :is([part=number], [part=missing])').allTextContents(), cells.map(said))
      assert.equal(await page.locator('scip-metrics .missing .mark').count(), 0)
      assert.equal(await page.locator('scip-metrics .empty').count(), cells.filter((cell) => cell.value === null).length)
      const widths = await page.locator('scip-metrics .mark').evaluateAll((all) => all.map((mark) => mark.getBoundingClientRect().width))
      assert.ok(widths.length === cells.filter((cell) => cell.value).length && widths.every((width) => width > 20), String(widths))
      assert.deepEqual((await rows(page)).map((row) => row.slice(0, 4)), cells.map((cell) => [cell.period, cell.hub.name, said(cell), 'Release 2']))
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'it scrolls sideways')
      assert.deepEqual(page.broken, [])
      await passesAxe(page)
      await page.getByRole('button', { name: 'As a table' }).click()
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width, 'with the table it scrolls sideways')
      await passesAxe(page)
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/metrics-${code}-${device}.png`, fullPage: true })
      for (const cell of cells) seen.add(cell.status)
      await page.close()
    }
  const page = await open(embedding(metric('code="outreach_young_people" period="2019-20"')))
  await reaches(page, 'scip-metrics', 'ready')
  assert.equal(await page.locator('scip-metrics [part=single]').textContent(), 'Not available')
  await page.close()
  assert.deepEqual([...seen].sort(), ['nil_return', 'not_applicable', 'not_submitted', 'suppressed', 'value'])
})

test('metrics over time: nothing is not what is missing, and provisional is not released', async () => {
  const cells = await cellsOf(`network_events?period=${YEARS}`)
  assert.ok(cells.some((cell) => cell.status === 'zero'))
  const page = await open(embedding(metric(`code="network_events" period="${YEARS}"`)))
  await reaches(page, 'scip-metrics', 'ready')
  assert.equal(await page.locator('scip-metrics [part=title]').textContent(), 'Network events')
  assert.deepEqual(await page.locator('scip-metrics [part=number]').allTextContents(), cells.map(said))
  const columns = await page.locator('scip-metrics [part=column]').evaluateAll((all) => all.map((one) => [one.className, one.querySelector('.mark')?.getBoundingClientRect().height ?? 0]))
  const top = Math.max(...cells.map((cell) => cell.value))
  for (const [at, cell] of cells.entries()) {
    assert.equal(columns[at][0], `column ${cell.basis}`)
    assert.ok(Math.abs(columns[at][1] - (cell.value / top) * 160) < 3, `${cell.period}: ${columns[at][1]}`)
  }
  assert.match(await page.locator('scip-metrics [part=facts]').textContent(), /Provisional: as the records are now +2020-21: Release 2/)
  assert.equal(await page.locator('scip-metrics .line').count(), 0, 'what is counted over a period is no line')

  const lines = async (attributes, number) => {
    await page.goto(embedding(metric(attributes)))
    await reaches(page, 'scip-metrics', 'ready')
    assert.equal(await page.locator('scip-metrics .line').count(), number, attributes)
  }
  await lines(`code="hubs" period="${YEARS}"`, 6)
  await lines('code="hubs" period="2018-19,2020-21,2021-22"', 1)
  await lines('code="hubs" period="2018-19,2020-21,2024-25"', 0)
  const [first] = await cellsOf('network_events?period=2020-21&release=1')
  await page.goto(embedding(metric('code="network_events" period="2020-21" release="1"')))
  await reaches(page, 'scip-metrics', 'ready')
  assert.match(await page.locator('scip-metrics [part=release]').textContent(), /^Release 1, replaced by release 2$/)
  assert.equal(await page.locator('scip-metrics [part=single]').textContent(), `${first.value} ${first.value === 1 ? 'event' : 'events'}`)
  await page.close()
})

test('metrics of many months are scrolled, by keyboard too, and their line is whole', async () => {
  const months = [9, 10, 11, 12].map((month) => `2025-M${String(month).padStart(2, '0')}`).concat([1, 2, 3, 4, 5].map((month) => `2026-M0${month}`))
  const page = await open(embedding(metric(`code="hubs" period="${months}"`)), { viewport: { width: 320, height: 640 } })
  await reaches(page, 'scip-metrics', 'ready')
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, 'it scrolls sideways')
  const places = await page.locator('scip-metrics [part=column]').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width))
  assert.ok(places.length === 9 && Math.max(...places) - Math.min(...places) < 0.5, String(places))
  assert.equal(await page.locator('scip-metrics .line').count(), 8)
  const region = page.locator('scip-metrics .scroll')
  await region.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction(() => document.querySelector('scip-metrics').shadowRoot.querySelector('.scroll').scrollLeft > 0)
  await passesAxe(page)
  await page.close()
})

test('metrics: shares with their parts, and small columns for each part', async () => {
  const shares = await cellsOf('reporting_rate?period=2020-21,2021-22')
  const page = await open(embedding(metric('code="reporting_rate" period="2020-21,2021-22"')))
  await reaches(page, 'scip-metrics', 'ready')
  assert.deepEqual((await rows(page)).map((row) => row.slice(0, 4)), shares.map((cell) => [cell.period, said(cell), String(cell.numerator), String(cell.denominator)]))
  assert.ok(shares[0].value > 0 && shares[0].value < 100)

  const cells = await cellsOf('network_events?period=2020-21,2022-23,2024-25&by=category')
  await page.goto(embedding(metric('code="network_events" period="2020-21, 2022-23, 2024-25" by="category"')))
  await reaches(page, 'scip-metrics', 'ready')
  const kinds = [...new Set(cells.flatMap((cell) => cell.category ?? []))]
  const { items: terms } = await get('/v1/vocabularies/event_kind?limit=200')
  assert.deepEqual((await page.locator('scip-metrics [part=label]').allTextContents()).sort(), terms.filter(({ code }) => kinds.includes(code)).map(({ label }) => label).sort())
  const conference = await page.locator('scip-metrics [part=part]', { hasText: 'Conference' }).locator('[part=column]').allTextContents()
  const expected = (period) => cells.find((cell) => cell.period === period && cell.category === 'conference') ?? cells.find((cell) => cell.period === period && !cell.category)
  assert.deepEqual(conference, ['2020-21', '2022-23', '2024-25'].map((period) => `${said(expected(period))}${period}`))
  assert.equal((await rows(page)).length, cells.length)
  await passesAxe(page)
  await page.close()
})

test('metrics: the table by keyboard, and for screen readers in any case', async () => {
  const page = await open(embedding(metric(`code="network_events" period="${YEARS}"`)))
  await reaches(page, 'scip-metrics', 'ready')
  const table = page.getByRole('table', { name: 'Network events' })
  assert.match(await page.locator('scip-metrics').ariaSnapshot(), /table "Network events":[\s\S]*rowheader "2024-25"/)
  assert.ok((await page.locator('scip-metrics [part=table]').boundingBox()).width <= 1)
  const button = page.getByRole('button', { name: 'As a table' })
  await button.focus()
  const onTheWay = async () => {
    const found = []
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Tab')
      found.push(await page.evaluate(() => document.querySelector('scip-metrics').shadowRoot.activeElement?.getAttribute('part') ?? document.querySelector('scip-metrics').shadowRoot.activeElement?.localName))
    }
    return found
  }
  assert.deepEqual((await onTheWay()).slice(0, 3), ['link csv', 'link explain', 'summary'], 'what is not seen is not on the way')
  await button.focus()
  await page.keyboard.press('Space')
  assert.equal(await button.getAttribute('aria-pressed'), 'true')
  assert.ok((await table.boundingBox()).width > 200)
  assert.deepEqual(await onTheWay(), ['link csv', 'link explain', 'table', 'link'])
  await button.press('Enter')
  assert.equal(await button.getAttribute('aria-pressed'), 'false')
  await page.emulateMedia({ media: 'print' })
  assert.ok((await table.boundingBox()).width > 200, 'it is on the printed page')
  await page.close()
})

test('metrics: the same as CSV, its definition, and how it was counted', async () => {
  const page = await open(embedding(metric('code="hubs" period="2023-24,2024-25" by="nation" as-of="2026-01-31"')))
  await reaches(page, 'scip-metrics', 'ready')
  const cells = await cellsOf('hubs?period=2023-24,2024-25&by=nation&as_of=2026-01-31')
  const table = await (await fetch(await page.locator('scip-metrics [part~=csv]').getAttribute('href'))).text()
  assert.equal(table.trim().split(/\r?\n/).length - 1, cells.length)
  assert.match(table, /^metric,/)
  assert.match(await page.locator('scip-metrics [part=facts]').textContent(), /as of 31 January 2026/)
  for (const [at, way] of (await page.locator('scip-metrics tbody a').evaluateAll((all) => all.map((link) => link.href))).entries()) {
    const answer = await (await fetch(way)).json()
    assert.deepEqual([answer.period, answer.filters.nation, answer.value, answer.status], [cells[at].period, cells[at].nation, cells[at].value, cells[at].status])
  }
  const { definition, period } = await (await fetch(await page.locator('scip-metrics [part~=explain]').getAttribute('href'))).json()
  assert.equal(period, '2024-25')
  await page.getByText('What is counted').click()
  assert.equal(await page.locator('scip-metrics [part=definition]').textContent(), definition)
  await passesAxe(page)
  await page.close()
})

test('metrics in Welsh', async () => {
  const page = await open(embedding(metric('code="outreach_interventions" period="2020-21" by="hub"') + metric('code="hubs" period="2024-M11,2024-M12" nation="GB-WLS"'), 'cy'), { viewport: viewports.phone, colorScheme: 'dark' })
  await page.waitForFunction(() => [...document.querySelectorAll('scip-metrics')].every((element) => element.matches(':state(ready)')))
  const words = await page.locator('scip-metrics').first().locator('[part=missing]').allTextContents()
  assert.deepEqual([...new Set(words)].sort(), ['Amherthnasol', 'Dim i’w adrodd', 'Heb ei gyflwyno', 'Wedi’i atal'])
  await page.getByRole('button', { name: 'Fel tabl' }).first().click()
  assert.match(await page.locator('scip-metrics').last().locator('[part=facts]').textContent(), /Cymru +Dros dro/)
  assert.match(await page.locator('scip-metrics').last().locator('[part=chart]').textContent(), /Tachwedd 2024.*Rhagfyr 2024/)
  assert.equal(await page.locator('scip-metrics [part=title]').first().getAttribute('lang'), 'en')
  assert.deepEqual(page.broken, [])
  await passesAxe(page)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/metrics-welsh.png`, fullPage: true })
  await page.close()
})

test('metrics: none, not reached, and what was last seen', async () => {
  const there = (await cellsOf('network_events?period=2020-21&by=category')).map((cell) => cell.category)
  const { kind } = events.find((event) => !there.includes(event.kind))
  const page = await open(embedding(metric(`code="network_events" period="2020-21" by="category" category="${kind}"`)))
  await reaches(page, 'scip-metrics', 'ready')
  assert.deepEqual((await rows(page)).map((row) => row[2]), ['0'], 'what nothing is of is none')
  await page.locator('scip-metrics').evaluate((element) => element.setAttribute('code', 'no_such'))
  await reaches(page, 'scip-metrics', 'error')
  await page.goto(embedding(metric('code="network_events" period="2020-21" by="category"')))
  await reaches(page, 'scip-metrics', 'ready')
  await page.route('**/v1/**', (route) => route.abort())
  await page.reload()
  await reaches(page, 'scip-metrics', 'stale')
  assert.ok(await page.locator('scip-metrics [part=bar]').count())
  await page.locator('scip-metrics').evaluate((element) => element.setAttribute('code', 'hubs'))
  await reaches(page, 'scip-metrics', 'error')
  await passesAxe(page)
  await page.unroute('**/v1/**')
  await page.locator('scip-metrics').evaluate((element) => element.setAttribute('by', 'hub'))
  await reaches(page, 'scip-metrics', 'ready')
  await page.close()
})

test('another website embeds the elements, in Welsh', async () => {
  const page = await open(embedding('<scip-hub-list search></scip-hub-list><scip-hub-map></scip-hub-map><scip-headline period="2019-22" kind="alliance"></scip-headline><scip-events></scip-events>', 'cy'))
  await ready(page)
  assert.equal((await names(page)).length, hubs.length)
  assert.deepEqual(await page.getByLabel('Cenedl').locator('option').allTextContents(), ['Pob cenedl', 'Lloegr', 'Gogledd Iwerddon', 'Yr Alban', 'Cymru'])
  await page.getByRole('radio', { name: 'Yr Alban 1 Hyb' }).check({ force: true })
  assert.equal(await page.locator('scip-hub-map [part=region-name]').textContent(), 'Yr Alban')
  assert.match(await page.locator('scip-headline [part=content]').textContent(), /dros 600 o bobl/)
  assert.match(await page.locator('scip-hub-list [part=content]').textContent(), /Gweithredol.*Medi 2024/)
  assert.deepEqual(page.asked.filter((address) => ![url, neighbour].includes(new URL(address).origin) && !address.startsWith('data:')), [], 'an outside request')
  assert.deepEqual(page.broken, [])
  await passesAxe(page)
  await page.close()
})

test('the elements take the colours and fonts of the page', async () => {
  const page = await open(embedding('<style>scip-hub-list { --scip-accent: rgb(120, 0, 60) } scip-hub-list::part(name) { font-style: italic }</style><scip-hub-list></scip-hub-list>'))
  await reaches(page, 'scip-hub-list', 'ready')
  assert.equal(await page.locator('scip-hub-list [part=link]').first().evaluate((link) => getComputedStyle(link).color), 'rgb(120, 0, 60)')
  assert.equal(await page.locator('scip-hub-list [part=name]').first().evaluate((name) => getComputedStyle(name).fontStyle), 'italic')
  await page.close()
})

test('the files fit the types, and the types the contract', async () => {
  assert.ok(existsSync(`${web}node_modules`), 'npm ci in clients/web comes first')
  execFileSync('npm', ['run', '--silent', 'check'], { cwd: web, stdio: 'pipe' })
  execFileSync('npm', ['run', '--silent', 'types', '--', '--check'], { cwd: web, stdio: 'pipe' })
})
