/* <scip-hub-map>: the regions of the UK, and the Hubs of the one that is chosen. The choice is a list of radio
 * buttons, which keyboards and screen readers know; the drawing is the same list for a pointer. */
import { list } from './client.js'
import { h, sheet, svg } from './dom.js'
import { ScipElement } from './element.js'
import { card, cardLook, place } from './hub.js'
import { shapes, viewBox } from './shapes.js'
import { fill } from './words.js'

/** @typedef {import('./hub.js').Hub} Hub */
/** @typedef {import('./client.js').Query<'/v1/hubs'>} Query */
/** @typedef {import('./words.js').Words} Words */

const look = sheet(`
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
    vertical-align: -0.0625em; background: var(--land); border: 1px solid var(--control);
  }
  .key .hubs::before { background: var(--accent); border-color: var(--accent); }
  legend { padding: 0; margin-bottom: 0.5rem; color: var(--muted); font-size: 0.875rem; }
  .regions { display: flex; flex-wrap: wrap; gap: 0.375rem; }
  .region {
    position: relative; display: flex; justify-content: space-between; gap: 0.75rem; padding: 0.3125rem 0.75rem; cursor: pointer;
    border: 1px solid var(--border); border-radius: var(--radius); background: var(--surface); font-size: 0.9375rem;
  }
  .region:hover { border-color: var(--accent); }
  .region:has(:checked) { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
  .region:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
  .region input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
  .number { font-variant-numeric: tabular-nums; }
  @media (forced-colors: active) {
    .region:has(:checked) { forced-color-adjust: none; color: HighlightText; background: Highlight; }
    .key span::before { forced-color-adjust: none; }
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

/** @extends {ScipElement<Hub>} */
export class HubMap extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'nation']
  static styles = [cardLook, look]

  #chosen = WHOLE

  /** @override @param {boolean} again */
  ask(again) {
    const nation = /** @type {Query['nation']} */ (this.getAttribute('nation') || undefined)
    return list(this.api, '/v1/hubs', nation ? { nation } : {}, { again })
  }

  /** @override @param {Hub[]} hubs @param {Words} say */
  draw(hubs, say) {
    const nation = this.getAttribute('nation')
    /* a nation's ISO code ends like its GSS codes begin: GB-SCT and S92000003 */
    const within = (/** @type {string} */ code) => !nation || nation[3] === code[0]
    const codes = Object.keys(shapes).filter(within)
    /** @param {string} code */
    const of = (code) => code === WHOLE ? hubs : hubs.filter((hub) => hub.regions.some((region) => region.gss_code === code))
    /** @param {string} code */
    const name = (code) => code === WHOLE ? (nation ? say.place[nation] ?? nation : say.wholeUk) : say.place[code] ?? code
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

  /** @param {string} code @param {Hub[]} hubs @param {Words} say @returns {Node[]} */
  #hubs(code, hubs, say) {
    if (code !== WHOLE)
      return hubs.length ? [h('ul', {}, ...hubs.map((hub) => card(hub, say)))] : [h('p', { class: 'muted' }, say.withoutHub)]
    /** @param {Hub} hub */
    const line = (hub) => h('li', {}, h('span', { lang: 'en' }, hub.name), h('br'), h('span', { class: 'muted' }, place(hub, say)))
    return [h('ul', {}, ...hubs.map(line))]
  }
}
