/* <scip-metrics>: a metric over time, or by its parts, drawn, and the same numbers as a table. The table is always
 * there for screen readers; everybody else has a button for it. */
import { called, chart, chartLook, periodsOf } from './chart.js'
import { list, Refusal } from './client.js'
import { h, link, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { fill, partialDate, periodName, quantity } from './words.js'

/** @typedef {Scip.Query<'/v1/metrics/{code}/values'>} Query */

/** Where the names are of what a metric has as categories. @type {Record<string, Scip.NamePath>} */
const NAMED = { Document: '/v1/documents', Course: '/v1/training/courses', Programme: '/v1/programmes' }
const SIDES = /** @type {Scip.Side[]} */ (['hub', 'nation', 'category'])

const look = sheet(`
  :host { --pale: color-mix(in srgb, var(--accent) 30%, transparent); }
  .facts { display: flex; flex-wrap: wrap; gap: 0 1.25em; }
  .basis::before {
    content: ''; display: inline-block; width: 0.875em; height: 0.875em; margin-inline-end: 0.5em; vertical-align: -0.0625em;
    border: 1px solid var(--accent); background: var(--accent); print-color-adjust: exact;
  }
  .basis.provisional::before { background: var(--pale); }
  @media (forced-colors: active) {
    .basis::before { forced-color-adjust: none; border-color: CanvasText; background: CanvasText; }
    .basis.provisional::before { background: Canvas; }
  }
  .single { margin-block: 0.5rem; color: var(--muted); }
  .single span { font-family: var(--scip-heading-font, inherit); font-size: 2.25rem; line-height: 1.2; color: var(--text); font-variant-numeric: lining-nums; }
  .ways { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.5em; }
  button[aria-pressed='true'] { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
  .table:not(.unseen) { position: relative; overflow-x: auto; margin-top: 1rem; }
  table { overflow-wrap: break-word; border-collapse: collapse; font-size: 0.9375rem; font-variant-numeric: lining-nums tabular-nums; }
  caption { padding-bottom: 0.5rem; color: var(--muted); font-size: 0.875rem; text-align: start; }
  th, td { padding: 0.375rem clamp(0.75rem, 2cqw, 1.25rem) 0.375rem 0; border-bottom: 1px solid var(--border); font-weight: 400; text-align: start; vertical-align: top; }
  thead th { color: var(--muted); font-size: 0.875rem; }
  th, .count { white-space: nowrap; }
  summary { width: fit-content; padding-block: 0.5rem; color: var(--accent); cursor: pointer; }
  .about { display: grid; gap: 0.5rem; max-width: 42rem; }
  @media print {
    .table.unseen { position: static; width: auto; height: auto; margin-top: 1rem; clip-path: none; white-space: normal; }
    .ways { display: none; }
    tr { break-inside: avoid; }
  }
`)

/** @extends {ScipElement<Scip.Cell>} */
export class Metrics extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'code', 'period', 'by', ...SIDES, 'release', 'as-of']
  static styles = [chartLook, look]

  /** @type {Scip.Metric | undefined} */
  #metric
  /** @type {Scip.Names} */
  #names = new Map()
  #open = false

  /** @override @param {boolean} again */
  async ask(again) {
    if (!this.getAttribute('code')) throw new Refusal('code is missing')
    const [cells, metrics] = await Promise.all([
      list(this.api, '/v1/metrics/{code}/values', this.#query(), { again, whole: true }),
      list(this.api, '/v1/metrics', {}, { again })])
    this.#metric = metrics.items.find(({ code }) => code === this.getAttribute('code'))
    const named = this.#by.includes('category') && NAMED[this.#metric?.category ?? '']
    const records = named ? (await list(this.api, named, {}, { again })).items : []
    this.#names = new Map(records.flatMap((record) => {
      const name = 'title' in record ? record.title : record.name
      return [[record.slug, name], [record.slug.replaceAll('-', '_'), name]] /* a programme's code has other lines */
    }))
    return { items: cells.items, at: Math.min(cells.at, metrics.at), stale: cells.stale || metrics.stale }
  }

  /** @override @param {Scip.Words} say */
  nothing(say) {
    return say.noFigures
  }

  /** @override @param {Scip.Cell[]} cells @param {Scip.Words} say */
  draw(cells, say) {
    const title = this.#metric?.title ?? this.getAttribute('code') ?? ''
    const by = this.#by
    const [first] = cells
    const share = this.#metric?.measure === 'share'
    const last = cells.at(-1)?.period ?? ''
    const { code, by: _by, period: _period, ...rest } = this.#query()
    return [
      h('h3', { part: 'title', lang: 'en' }, title),
      this.#facts(cells, say),
      first && cells.length === 1 && !by.length ? single(first, say) : chart(cells, { by, share, line: share || this.#metric?.kind === 'stock', title, names: this.#names }, say),
      ...this.#table(cells, title, share, say,
        h('a', { part: 'link csv', href: this.#address('/values', { ...this.#query(), format: 'csv' }) }, say.csv, h('span', { class: 'unseen', lang: 'en' }, `: ${title}`)),
        h('a', { part: 'link explain', href: this.#address('/explanation', { code, period: last, ...rest }) }, fill(say.explain, periodName(last, say)),
          h('span', { class: 'unseen', lang: 'en' }, `: ${title}`))),
      ...(this.#metric ? [this.#about(this.#metric, cells, say)] : [])]
  }

  /** By what it is broken down. */
  get #by() {
    const asked = (this.getAttribute('by') ?? '').split(',').map((side) => side.trim())
    return SIDES.filter((side) => asked.includes(side))
  }

  /** What the attributes ask. @returns {Query} */
  #query() {
    const given = ['code', 'period', ...SIDES, 'release', 'as-of'].flatMap((name) => {
      const value = this.getAttribute(name)?.trim()
      return value ? [[name.replace('-', '_'), name === 'period' ? value.split(/[\s,]+/) : value]] : []
    })
    return /** @type {Query} */ ({ code: '', ...Object.fromEntries(given), ...(this.#by.length ? { by: this.#by } : {}) })
  }

  /** @param {'/values' | '/explanation' | '/definitions'} below @param {Record<string, unknown>} query */
  #address(below, { code, ...query }) {
    const url = new URL(`/v1/metrics/${encodeURIComponent(String(code))}${below}`, this.api)
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, String(value))
    return url.href
  }

  /** Of when and of whom; what is provisional, and what is a release. @param {Scip.Cell[]} cells @param {Scip.Words} say */
  #facts(cells, say) {
    const periods = periodsOf(cells)
    const [first] = periods
    const day = this.getAttribute('as-of')
    const sides = SIDES.filter((side) => this.getAttribute(side) && !this.#by.includes(side))
    const released = periods.filter(({ release }) => release)
    return h('p', { part: 'facts', class: 'facts muted' },
      first && periods.length === 1 && h('span', {}, `${say.period} ${periodName(first.period, say)}`), ' ',
      ...sides.flatMap((side) => [h('span', {}, first?.[side] ? called(side, first, say, this.#names) : this.getAttribute(side) ?? ''), ' ']),
      day && h('span', {}, fill(say.asOf, partialDate(day, say))), ' ',
      cells.some(({ basis, value }) => basis === 'provisional' && value !== null) && h('span', { part: 'provisional', class: 'basis provisional' }, say.mayChange), ' ',
      ...released.flatMap((cell) => [h('span', { part: 'release', class: 'basis' }, periods.length > 1 && `${periodName(cell.period, say)}: `, basis(cell, say)), ' ']))
  }

  /** The button, what else leads on, and the table. @param {Scip.Cell[]} cells @param {string} title @param {boolean} share @param {Scip.Words} say @param {Node[]} ways */
  #table(cells, title, share, say, ...ways) {
    const by = this.#by
    const head = [say.column.period, ...by.map((side) => say.column[side]), say.column.value, ...(share ? [say.column.numerator, say.column.denominator] : []),
      say.column.basis, say.column.explain]
    const table = h('div', { part: 'table', class: 'table', role: 'group', 'aria-label': title }, h('table', {},
      h('caption', {}, h('span', { lang: 'en' }, title)),
      h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...cells.map((cell) => this.#row(cell, share, say)))))
    const button = h('button', { type: 'button', part: 'toggle' }, say.asTable)
    const show = () => {
      button.ariaPressed = String(this.#open)
      table.classList.toggle('unseen', !this.#open)
      /* the keyboard goes to nothing that is not seen */
      table.tabIndex = this.#open ? 0 : -1
      for (const way of table.querySelectorAll('a')) way.tabIndex = table.tabIndex
    }
    button.addEventListener('click', () => {
      this.#open = !this.#open
      show()
    })
    show()
    return [h('div', { part: 'ways', class: 'ways' }, button, ...ways), table]
  }

  /** @param {Scip.Cell} cell @param {boolean} share @param {Scip.Words} say */
  #row(cell, share, say) {
    const { code, by: _by, ...rest } = this.#query()
    const sides = Object.fromEntries(this.#by.map((side) => [side, side === 'hub' ? cell.hub?.slug : cell[side]]))
    /* what is of none cannot be asked for */
    const asked = Object.values(sides).every(Boolean)
    const period = periodName(cell.period, say)
    return h('tr', { class: cell.status }, h('th', { scope: 'row' }, period),
      ...this.#by.map((side) => h('td', {}, called(side, cell, say, this.#names))),
      h('td', { part: 'value', class: 'count' }, value(cell, say)),
      ...(share ? [cell.numerator, cell.denominator] : []).map((part) => h('td', {}, part === null ? '–' : quantity(part, '', say)[0])),
      h('td', { class: 'count' }, basis(cell, say)),
      h('td', { class: 'count' }, asked && h('a', { part: 'link', href: this.#address('/explanation', { code, ...rest, ...sides, period: cell.period }) }, say.howCounted,
        h('span', { class: 'unseen' }, `: ${[period, ...Object.values(sides)].join(', ')}`))))
  }

  /** What counts, what does not, and who says so. @param {Scip.Metric} metric @param {Scip.Cell[]} cells @param {Scip.Words} say */
  #about(metric, cells, say) {
    const others = [...new Set(cells.map((cell) => cell.definition_version))].filter((version) => version !== metric.definition_version)
    return h('details', { part: 'about' }, h('summary', {}, say.aboutFigure), h('div', { class: 'about' },
      h('p', { part: 'definition', lang: 'en' }, metric.definition),
      h('p', {}, `${say.leftOut} `, h('span', { lang: 'en' }, metric.exclusions)),
      h('p', { class: 'muted' }, `${fill(say.version, metric.definition_version)} `,
        others.length > 0 && h('a', { part: 'link', href: this.#address('/definitions', { code: metric.code }) }, fill(say.otherVersions, others.join(', ')))),
      h('p', { class: 'muted' }, `${say.source} `, ...metric.sources.flatMap((source, at) => [at ? '; ' : '', h('span', { lang: 'en' }, link(source, source))]))))
  }
}

/** @param {Scip.Cell} cell @param {Scip.Words} say */
function single(cell, say) {
  const [number, unit] = cell.value === null ? [say.cell[cell.status], ''] : quantity(cell.value, cell.unit, say)
  return h('p', { part: 'single', class: 'single', 'aria-hidden': 'true' }, h('span', {}, number), unit && cell.value !== 1 && ` ${unit}`)
}

/** @param {Scip.Cell} cell @param {Scip.Words} say */
const value = (cell, say) => (cell.value === null ? say.cell[cell.status] : quantity(cell.value, cell.unit, say)[0])

/** @param {Scip.Cell} cell @param {Scip.Words} say */
const basis = (cell, say) => (cell.release ? [fill(say.release, cell.release), cell.replaced_by && fill(say.replacedBy, cell.replaced_by)].filter(Boolean).join(', ') : say.provisional)
