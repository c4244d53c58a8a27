/* The Hubs: a card says where one is, how it stands and who leads it.
 * <scip-hub-list>: as cards, by nation, with a search box where the attribute search is set.
 * <scip-hub-map>: the regions of the UK, and the Hubs of the one that is chosen. The choice is a list of radio buttons, which
 * keyboards and screen readers know; the drawing is the same list for a pointer. */
import { list } from './client.js'
import { h, link, sheet, svg } from './dom.js'
import { ScipElement } from './element.js'
import { shapes, viewBox } from './shapes.js'
import { nations } from './terms.js'
import { fill, inWords, partialDate } from './words.js'

/** @typedef {Scip.Query<'/v1/hubs'>} Query */

const cardLook = sheet(`
  .card { display: flex; flex-direction: column; gap: 0.625rem; }
  .status::before {
    content: ''; display: inline-block; width: 0.625em; height: 0.625em; margin-inline-end: 0.5em;
    border: 2px solid var(--accent); border-radius: 50%; print-color-adjust: exact;
  }
  .status.active::before { background: var(--accent); }
  @media (forced-colors: active) { .status.active::before { forced-color-adjust: none; border-color: CanvasText; background: CanvasText; } }
  @media print { .card { break-inside: avoid; } }
  .status .muted { display: inline-block; }
  dt { color: var(--muted); font-size: 0.875rem; }
`)

/** Whether there is such a Scip.Hub now: it has begun, and has not closed. @param {Scip.Hub} hub */
const lives = ({ status }) => status !== 'proposed' && status !== 'closed'

/** Regions, and nations where they say more. @param {Scip.Hub} hub @param {Scip.Words} say */
function place(hub, say) {
  const regions = hub.regions.map((region) => say.place[region.gss_code] ?? region.name)
  const nations = hub.nations.map((nation) => inWords(say.term, nation)).filter((nation) => !regions.includes(nation))
  return [...regions, ...nations].join(', ') + (regions.length ? '' : ` (${say.noRegions})`)
}

/** @param {Scip.Hub} hub @param {Scip.Words} say */
function status(hub, say) {
  const date = hub.status_evidence_on && partialDate(hub.status_evidence_on, say)
  return h('p', { part: 'status', class: `status ${hub.status}` }, say.status[hub.status],
    ' ', date && h('span', { class: 'muted' }, fill(hub.status === 'unknown' ? say.lastEvidence : say.asOf, date)))
}

/** Who leads the Scip.Hub, or did when it was last heard of; leads of the same date stand together. @param {Scip.Hub} hub @param {Scip.Words} say */
function leads(hub, say) {
  /** @type {Map<string, string[]>} by what stands above them */
  const groups = new Map()
  /** @param {string} term @param {string} name */
  const put = (term, name) => groups.set(term, [...(groups.get(term) ?? []), name])
  const last = hub.last_known_leads.length === 1 ? say.lastLead : say.lastLeads
  for (const { name, from } of hub.current_leads) put(`${say.leads}, ${fill(say.since, partialDate(from, say))}`, name)
  for (const { name, evidence_on } of hub.last_known_leads) put(`${last}, ${fill(say.asOf, partialDate(evidence_on, say))}`, name)
  if (!groups.size) return h('p', { part: 'leads', class: 'muted' }, say.noLeads)
  return h('dl', { part: 'leads' }, ...[...groups].flatMap(([term, names]) =>
    [h('dt', {}, term), ...names.map((name) => h('dd', { lang: 'en' }, name))]))
}

/** Everything about a Scip.Hub that a visitor asks first. @param {Scip.Hub} hub @param {Scip.Words} say */
const card = (hub, say) => h('li', { part: 'card', class: 'card' },
  h('div', {},
    h('h3', { part: 'name', lang: 'en' }, hub.name),
    h('p', { part: 'place', class: 'muted' }, place(hub, say))),
  status(hub, say),
  hub.blurb && h('p', { part: 'blurb', lang: 'en' }, hub.blurb),
  leads(hub, say),
  hub.confidence !== 'high' && h('p', { part: 'confidence', class: 'muted' }, say.confidence[hub.confidence]),
  hub.page_url && h('p', { class: 'page' }, link(hub.page_url, say.more, h('span', { class: 'unseen' }, `: ${hub.name}`))))

const listLook = sheet(`
  .filter { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1.25rem; margin-bottom: var(--gap); }
  .filter label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--muted); }
  .filter :is(select, input) { font-size: 1rem; color: var(--text); }
  .filter input { width: min(16rem, 80cqw); }
  .count { margin-inline-start: auto; color: var(--muted); align-self: end; padding-block: 0.5rem; }
  .list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: var(--gap); }
  .page { margin-top: auto; }
  summary { width: fit-content; margin-top: var(--gap); padding-block: 0.5rem; color: var(--accent); cursor: pointer; }
  @media print { .filter { display: none; } }
  .card { padding: 1.25rem; background: var(--surface); border: 1px solid var(--border); border-radius: var(--radius); }
`)

/** Without case and accents, as the API's own search compares. @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** @extends {ScipElement<Scip.Hub>} */
export class HubList extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'nation', 'search']
  static styles = [cardLook, listLook]

  #chosen = { nation: '', text: '' }

  /** @override @param {boolean} again */
  ask(again) {
    const nation = /** @type {Scip.Query<'/v1/hubs'>['nation']} */ (this.getAttribute('nation') || undefined)
    return list(this.api, '/v1/hubs', nation ? { nation } : {}, { again })
  }

  /** @override @param {Scip.Hub[]} hubs @param {Scip.Words} say */
  draw(hubs, say) {
    const cards = h('ul', { part: 'list', class: 'list' })
    const closed = h('ul', { part: 'list', class: 'list' })
    const summary = h('summary')
    const rest = h('details', { part: 'closed' }, summary, closed)
    const count = h('p', { part: 'count', class: 'count', role: 'status' })
    const show = () => {
      const found = hubs.filter((hub) =>
        (!this.#chosen.nation || hub.nations.some((nation) => nation === this.#chosen.nation)) &&
        [hub.name, ...hub.other_names].some((name) => plain(name).includes(plain(this.#chosen.text.trim()))))
      const [open, over] = [found.filter(({ status }) => status !== 'closed'), found.filter(({ status }) => status === 'closed')]
      cards.replaceChildren(...open.map((hub) => card(hub, say)))
      closed.replaceChildren(...over.map((hub) => card(hub, say)))
      summary.textContent = fill(say.closedHubs, over.length)
      rest.hidden = !over.length
      count.textContent = open.length === 0 ? say.noHubs : open.length === 1 ? say.hub : fill(say.hubs, open.length)
    }
    const controls = this.#controls(say, show)
    show()
    return controls.length ? [h('div', { part: 'filter', class: 'filter' }, ...controls, count), cards, rest] : [cards, rest]
  }

  /** @param {Scip.Words} say @param {() => void} show @returns {Node[]} */
  #controls(say, show) {
    const controls = []
    if (!this.getAttribute('nation')) {
      const options = nations.map((code) => h('option', { value: code }, inWords(say.term, code)))
      const select = h('select', { part: 'nation' }, h('option', { value: '' }, say.everyNation), ...options)
      select.value = this.#chosen.nation
      select.addEventListener('change', () => {
        this.#chosen.nation = select.value
        show()
      })
      controls.push(h('label', {}, say.nation, select))
    } else this.#chosen.nation = ''
    if (this.hasAttribute('search')) {
      const search = h('input', { type: 'search', part: 'search', maxlength: 100, autocomplete: 'off' })
      search.value = this.#chosen.text
      search.addEventListener('input', () => {
        this.#chosen.text = search.value
        show()
      })
      controls.push(h('label', {}, say.search, search))
    } else this.#chosen.text = ''
    return controls
  }
}

const mapLook = sheet(`
  .map { display: grid; gap: 1.5rem 2.5rem; align-items: start; }
  svg { display: block; width: 100%; max-width: 20rem; max-height: 34rem; margin-inline: auto; overflow: visible; }
  path {
    fill: var(--land); stroke: var(--control); stroke-width: 1; stroke-linejoin: round;
    vector-effect: non-scaling-stroke; cursor: pointer;
  }
  path.hubs { fill: var(--accent); stroke: var(--on-accent); }
  path:hover { fill-opacity: 0.8; }
  path.chosen { stroke: var(--text); stroke-width: 3; }
  path.away { opacity: 0.35; cursor: default; }
  figcaption { display: grid; gap: 0.25rem; margin-top: 0.75rem; justify-items: center; }
  .key { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; justify-content: center; }
  .key span::before {
    content: ''; display: inline-block; width: 0.875em; height: 0.875em; margin-inline-end: 0.5em;
    vertical-align: -0.0625em; background: var(--land); border: 1px solid var(--control); print-color-adjust: exact;
  }
  .key .hubs::before { background: var(--accent); border-color: var(--accent); }
  legend { padding: 0; margin-bottom: 0.5rem; color: var(--muted); font-size: 0.875rem; }
  .regions { display: flex; flex-wrap: wrap; gap: 0.375rem; }
  .region {
    position: relative; display: flex; justify-content: space-between; gap: 0.75rem; padding: 0.3125rem 0.75rem; cursor: pointer;
    border: 1px solid var(--border); border-radius: var(--radius); background: var(--surface); font-size: 0.9375rem;
  }
  .region:hover { border-color: var(--accent); }
  .region:has(:checked) { print-color-adjust: exact; color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
  .region:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
  .region input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
  .number { font-variant-numeric: tabular-nums; }
  @media (forced-colors: active) {
    .region:has(:checked) { forced-color-adjust: none; color: HighlightText; background: Highlight; }
    path { fill: Canvas; stroke: CanvasText; }
    path.hubs { fill: CanvasText; stroke: Canvas; }
    path.chosen { stroke: Highlight; }
    .key span::before { forced-color-adjust: none; background: Canvas; border-color: CanvasText; }
    .key .hubs::before { background: CanvasText; }
  }
  .chosen-hubs { display: grid; gap: 1rem; align-content: start; }
  .chosen-hubs > h3 { font-size: 1.375rem; }
  .chosen-hubs ul { display: grid; gap: 0.75rem; }
  .chosen-hubs .card { padding-top: 0.75rem; border-top: 1px solid var(--border); }
  @container (min-width: 40rem) {
    .map { grid-template-columns: minmax(14rem, 22rem) minmax(0, 1fr); }
    svg { margin-inline: 0; max-width: 22rem; }
    figcaption { justify-items: start; }
    .key { justify-content: start; }
    figure { grid-row: span 2; }
  }
  @container (min-width: 60rem) {
    .map { grid-template-columns: minmax(16rem, 22rem) 15rem minmax(0, 1fr); }
    figure { grid-row: auto; }
    .regions { display: grid; gap: 0; }
    .region { border-color: transparent; background: none; }
  }
`)

const WHOLE = '' /* in place of a region's code */

/** @extends {ScipElement<Scip.Hub>} */
export class HubMap extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'nation']
  static styles = [cardLook, mapLook]

  #chosen = WHOLE

  /** @override @param {boolean} again */
  ask(again) {
    const nation = /** @type {Scip.Query<'/v1/hubs'>['nation']} */ (this.getAttribute('nation') || undefined)
    return list(this.api, '/v1/hubs', nation ? { nation } : {}, { again })
  }

  /** @override @param {Scip.Hub[]} hubs @param {Scip.Words} say */
  draw(hubs, say) {
    const nation = this.getAttribute('nation')
    /* a nation's ISO code ends like its GSS codes begin: GB-SCT and S92000003 */
    const within = (/** @type {string} */ code) => !nation || nation[3] === code[0]
    const codes = Object.keys(shapes).filter(within)
    const alive = hubs.filter(lives)
    /** @param {string} code */
    const of = (code) => code === WHOLE ? alive : alive.filter((hub) => hub.regions.some((region) => region.gss_code === code))
    /** @param {string} code */
    const name = (code) => code === WHOLE ? (nation ? inWords(say.term, nation) : say.wholeUk) : say.place[code] ?? code
    const choices = codes.length === 1 ? codes : [WHOLE, ...codes]
    if (!choices.includes(this.#chosen)) this.#chosen = choices[0] ?? WHOLE

    const panel = h('div', { part: 'hubs', class: 'chosen-hubs', 'aria-live': 'polite' })
    const drawing = svg('svg', { part: 'map', viewBox, 'aria-hidden': 'true' })
    const regions = h('div', { class: 'regions' })
    /** @type {Map<string, HTMLInputElement>} */
    const radios = new Map()

    /** @param {string} code */
    const choose = (code) => {
      this.#chosen = code
      for (const path of [...drawing.children]) {
        path.classList.toggle('chosen', path.id === code)
        if (path.id === code) drawing.append(path) /* above its neighbours */
      }
      panel.replaceChildren(h('h3', { part: 'region-name' }, name(code)), ...this.#hubs(code, of(code), say))
    }

    for (const [code, d] of Object.entries(shapes)) {
      const path = svg('path', { id: code, d, part: of(code).length ? 'region region-with-hub' : 'region',
        class: [of(code).length && 'hubs', !within(code) && 'away'].filter(Boolean).join(' ') }, svg('title', {}, name(code)))
      path.addEventListener('click', () => radios.get(code)?.click())
      drawing.append(path)
    }
    for (const code of choices) {
      const radio = h('input', { type: 'radio', name: 'region', value: code, checked: code === this.#chosen })
      radio.addEventListener('change', () => choose(code))
      radios.set(code, radio)
      const count = of(code).length
      regions.append(h('label', { part: 'choice', class: 'region' }, radio, `${name(code)} `,
        h('span', { class: 'number', 'aria-hidden': 'true' }, count ? String(count) : '–'),
        h('span', { class: 'unseen' }, count === 0 ? say.withoutHub : count === 1 ? say.hub : fill(say.hubs, count))))
    }
    choose(this.#chosen)

    return [h('div', { class: 'map' },
      h('figure', {}, drawing, h('figcaption', { class: 'muted' },
        h('span', { class: 'key' }, h('span', { class: 'hubs' }, say.withHub), h('span', {}, say.withoutHub)),
        h('span', { part: 'attribution' }, say.shapes))),
      h('fieldset', { part: 'regions' }, h('legend', {}, say.regions), regions),
      panel)]
  }

  /** @param {string} code @param {Scip.Hub[]} hubs @param {Scip.Words} say @returns {Node[]} */
  #hubs(code, hubs, say) {
    if (code !== WHOLE)
      return hubs.length ? [h('ul', {}, ...hubs.map((hub) => card(hub, say)))] : [h('p', { class: 'muted' }, say.withoutHub)]
    /** @param {Scip.Hub} hub */
    const line = (hub) => h('li', {}, h('span', { lang: 'en' }, hub.name), h('br'), h('span', { class: 'muted' }, place(hub, say)))
    return [h('ul', {}, ...hubs.map(line))]
  }
}
