/* <scip-documents>: research and resources, found by words and by what they are; what there is to read or to save. */
import { look } from './client.js'
import { h, link, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { fill, inWords, partialDate } from './words.js'

const FACETS = /** @type {Scip.Facet[]} */ (['kind', 'year', 'principle', 'phase', 'nation', 'language', 'file_format'])
const PAGE = 20

const style = sheet(`
  form { display: grid; gap: 0.75rem; margin-bottom: var(--gap); }
  form > div { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1.25rem; }
  form label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--muted); min-width: 0; }
  form :is(select, input) { font-size: 1rem; color: var(--text); max-width: min(18rem, 80cqw); }
  form input { width: min(26rem, 80cqw); max-width: none; }
  form button { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
  @media (forced-colors: active) { form button { background: ButtonFace; color: ButtonText; border-color: ButtonText; } }
  .count { color: var(--muted); padding-bottom: 0.75rem; }
  .list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(27rem, 100%), 1fr)); gap: 0 calc(2 * var(--gap)); }
  .item { display: grid; gap: 0.25rem; align-content: start; padding-block: var(--gap); border-top: 1px solid var(--border); }
  .text { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; white-space: pre-line; text-wrap: pretty; }
  .ways { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5em; }
`)

/** @param {number} bytes @param {Scip.Words} say */
function size(bytes, say) {
  const [unit, divisor] = bytes < 1e6 ? ['kB', 1e3] : ['MB', 1e6]
  return `${new Intl.NumberFormat([say.lang, 'en-GB'], { maximumFractionDigits: 1 }).format(Math.max(bytes / divisor, 0.1))} ${unit}`
}

/** What a value of a facet is called. @param {Scip.Facet} facet @param {Scip.Facets[Scip.Facet][number]} row @param {Scip.Words} say */
function called(facet, { value, name }, say) {
  if (['kind', 'phase', 'nation', 'file_format'].includes(facet)) return inWords(say.term, value)
  if (facet === 'language') return say.tongue[value] ?? value
  return name ?? value
}

/** @extends {ScipElement<Scip.Found>} */
export class Documents extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'collection', ...FACETS]
  static styles = [style]

  /* the form stays while what it finds comes and goes, and with it the keyboard's place */
  #form = h('form', { part: 'filter', role: 'search', hidden: true })
  #words = h('input', { type: 'search', part: 'search', maxlength: 200, autocomplete: 'off', name: 'q' })
  #selects = h('div')
  /** @type {Partial<Record<Scip.Facet, string>>} */
  #chosen = {}
  #asked = ''
  #turn = 0
  #total = 0
  /** @type {string | null} */
  #next = null

  constructor() {
    super()
    this.shadowRoot?.prepend(this.#form)
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#find()
    })
    this.#words.addEventListener('search', () => this.#words.value || this.#find())
  }

  #find() {
    if (this.#asked === this.#words.value.trim()) return
    this.#asked = this.#words.value.trim()
    this.refresh()
  }

  /** @override @param {boolean} again */
  async ask(again) {
    const turn = ++this.#turn
    const query = this.#query()
    const [found, counted] = await Promise.all([
      look(this.api, '/v1/library/search', { ...query, limit: PAGE }, { again }),
      look(this.api, '/v1/library/facets', query, { again })])
    if (turn === this.#turn) {
      this.#total = counted.body.total
      this.#next = found.body.next
      this.#controls(counted.body.facets, this.say)
    }
    return { items: found.body.items, at: Math.min(found.at, counted.at), stale: found.stale || counted.stale }
  }

  /** @override @param {Scip.Words} say */
  nothing(say) {
    return say.nothingFound
  }

  /** @override @param {Scip.Found[]} items @param {Scip.Words} say */
  draw(items, say) {
    const rows = h('ul', { part: 'list', class: 'list' }, ...items.map((item) => this.#item(item, say)))
    const query = this.#query()
    const more = this.more(rows, this.#next, (cursor) => look(this.api, '/v1/library/search', { ...query, limit: PAGE, cursor })
      .then(({ body }) => ({ rows: body.items.map((item) => this.#item(item, say)), next: body.next })), say)
    return [h('p', { part: 'count', class: 'count', role: 'status' }, this.#total === 1 ? say.item : fill(say.items, this.#total)), rows, more]
  }

  /** What the attributes fix, and what the reader has chosen and written. @returns {Scip.Query<'/v1/library/facets'>} */
  #query() {
    return { ...this.#chosen, ...(this.#asked ? { q: this.#asked } : {}), ...this.given(['collection', ...FACETS]) }
  }

  /** A choice for each facet that gives one. @param {Scip.Facets} facets @param {Scip.Words} say */
  #controls(facets, say) {
    if (!this.#form.children.length)
      this.#form.append(h('div', {}, h('label', {}, h('span', {}), this.#words), h('button', { type: 'submit', part: 'find' })), this.#selects)
    const [label, button] = [this.#form.querySelector('span'), this.#form.querySelector('button')]
    if (label) label.textContent = say.wordsToFind
    if (button) button.textContent = say.find
    this.#form.lang = say.lang
    this.#form.hidden = false
    const active = this.shadowRoot?.activeElement?.getAttribute('name')
    this.#selects.replaceChildren(...FACETS.flatMap((facet) => this.#select(facet, facets[facet], say) ?? []))
    if (active) /** @type {HTMLElement | null} */ (this.#selects.querySelector(`[name=${active}]`))?.focus()
  }

  /** @param {Scip.Facet} facet @param {Scip.Facets[Scip.Facet]} rows @param {Scip.Words} say */
  #select(facet, rows, say) {
    const chosen = this.#chosen[facet] ?? ''
    if (this.getAttribute(facet) || (rows.length < 2 && !chosen)) return
    const select = h('select', { part: facet, name: facet }, h('option', { value: '' }, say.everyKind),
      ...rows.map((row) => h('option', { value: row.value }, `${called(facet, row, say)} (${row.count})`)),
      chosen && !rows.some(({ value }) => value === chosen) && h('option', { value: chosen }, `${called(facet, { value: chosen, name: null, count: 0 }, say)} (0)`))
    select.value = chosen
    select.addEventListener('change', () => {
      this.#chosen[facet] = select.value
      if (!select.value) delete this.#chosen[facet]
      this.refresh()
    })
    return h('label', {}, say.facet[facet], select)
  }

  /** @param {Scip.Found} item @param {Scip.Words} say */
  #item(item, say) {
    const welsh = say.lang === 'cy' && item.title_cy
    const tongue = item.collection === 'documents' ? item.language ?? 'en' : 'en'
    const date = item.published_on ? partialDate(item.published_on, say) : item.year
    const by = [item.authors.join('; '), item.publisher].filter(Boolean).join(' · ')
    const facts = [inWords(say.term, item.kind), date, item.language && (say.tongue[item.language] ?? item.language), item.file_format && inWords(say.term, item.file_format),
      item.phases.map((phase) => inWords(say.term, phase)).join(', '), item.licence].filter(Boolean).join(' · ')
    const title = welsh || item.title
    const unseen = h('span', { class: 'unseen' }, `: ${title}`)
    return h('li', { part: 'item', class: 'item' },
      h('h3', { part: 'name', lang: welsh ? 'cy' : tongue }, title),
      h('p', { part: 'facts', class: 'muted' }, facts),
      by && h('p', { part: 'by', class: 'muted', lang: 'en' }, by),
      item.summary && h('p', { part: 'text', class: 'text', lang: tongue }, item.summary),
      item.status === 'embargoed' && h('p', { part: 'embargo', class: 'muted' }, say.embargoed),
      (item.files.length > 0 || !!item.url) && h('p', { part: 'ways', class: 'ways' },
        ...item.files.map((file) => h('a', { part: 'link download', href: new URL(file.href, this.api).href, download: file.name },
          `${say.download}: ${file.name} (${size(file.size, say)})`)),
        item.url && link(new URL(`${item.href}/visit`, this.api).href, say.visit, unseen)))
  }
}
