/* <scip-hub-list>: the Hubs as cards, by nation, with a search box where the attribute search is set. */
import { list } from './client.js'
import { h, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { card, cardLook } from './hub.js'
import { fill } from './words.js'

/** @typedef {import('./hub.js').Hub} Hub */
/** @typedef {import('./client.js').Query<'/v1/hubs'>} Query */
/** @typedef {import('./words.js').Words} Words */

const look = sheet(`
  .filter { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1.25rem; margin-bottom: var(--gap); }
  .filter label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--muted); }
  .filter :is(select, input) { font-size: 1rem; color: var(--text); }
  .filter input { width: min(16rem, 80cqw); }
  .count { margin-inline-start: auto; color: var(--muted); align-self: end; padding-block: 0.5rem; }
  .list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: var(--gap); }
  .page { margin-top: auto; }
  .card { padding: 1.25rem; background: var(--surface); border: 1px solid var(--border); border-radius: var(--radius); }
`)

/** Without case and accents, as the API's own search compares. @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** @extends {ScipElement<Hub>} */
export class HubList extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'nation', 'search']
  static styles = [cardLook, look]

  #chosen = { nation: '', text: '' }

  /** @override @param {boolean} again */
  ask(again) {
    const nation = /** @type {Query['nation']} */ (this.getAttribute('nation') || undefined)
    return list(this.api, '/v1/hubs', nation ? { nation } : {}, { again })
  }

  /** @override @param {Hub[]} hubs @param {Words} say */
  draw(hubs, say) {
    const cards = h('ul', { part: 'list', class: 'list' })
    const count = h('p', { part: 'count', class: 'count', role: 'status' })
    const show = () => {
      const found = hubs.filter((hub) =>
        (!this.#chosen.nation || hub.nations.some((nation) => nation === this.#chosen.nation)) &&
        [hub.name, ...hub.other_names].some((name) => plain(name).includes(plain(this.#chosen.text.trim()))))
      cards.replaceChildren(...found.map((hub) => card(hub, say)))
      count.textContent = found.length === 0 ? say.noHubs : found.length === 1 ? say.hub : fill(say.hubs, found.length)
    }
    const controls = this.#controls(say, show)
    show()
    return controls.length ? [h('div', { part: 'filter', class: 'filter' }, ...controls, count), cards] : [cards]
  }

  /** @param {Words} say @param {() => void} show @returns {Node[]} */
  #controls(say, show) {
    const controls = []
    if (!this.getAttribute('nation')) {
      const nations = ['GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS'].map((code) => h('option', { value: code }, say.place[code]))
      const select = h('select', { part: 'nation' }, h('option', { value: '' }, say.everyNation), ...nations)
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
