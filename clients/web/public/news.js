/* <scip-news>: what the Alliance and its partners have posted, the newest first, to read in its place; with the attribute item, one post
 * whole. What only who opens a post needs is in post.js. */
import { list, look } from './client.js'
import { h, link, picture, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { inWords, partialDate } from './words.js'

const style = sheet(`
  .list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: calc(1.5 * var(--gap)) calc(2 * var(--gap)); }
  .item { display: grid; gap: 0.375rem; align-content: start; padding-top: var(--gap); border-top: 1px solid var(--border); break-inside: avoid; }
  .item:has(details[open]) { grid-column: 1 / -1; }
  .picture { order: -1; width: 100%; max-width: 46rem; aspect-ratio: 16 / 9; object-fit: cover; border-radius: var(--radius); background: var(--border); color: var(--text); }
  .text { max-width: 46rem; white-space: pre-line; text-wrap: pretty; }
  summary { width: fit-content; padding-block: 0.5rem; color: var(--accent); cursor: pointer; }
  @media print { summary { display: none; } }
`)

/** A text in the language of the page where there is one, else in English.
 * @param {Scip.Post} post @param {'title' | 'summary' | 'body' | 'picture_alt'} name @param {Scip.Words} say */
export function written(post, name, say) {
  const welsh = say.lang === 'cy' ? post[`${name}_cy`] : null
  return { text: welsh || post[name] || '', lang: welsh ? 'cy' : 'en' }
}

/** @extends {ScipElement<Scip.Post>} */
export class News extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'item', 'kind', 'year', 'limit']
  static styles = [style]

  /** @type {string | null | undefined} */
  #next = null

  /** @override @param {boolean} again */
  async ask(again) {
    const slug = this.getAttribute('item')
    if (slug) return list(this.api, '/v1/news/{slug}', { slug }, { again, whole: true })
    const answer = await list(this.api, '/v1/news', this.#query(), { again, first: true })
    this.#next = answer.next
    return answer
  }

  /** @override @param {Scip.Words} say */
  nothing(say) {
    return say.noNews
  }

  /** @override @param {Scip.Post[]} posts @param {Scip.Words} say */
  draw(posts, say) {
    const [only] = posts
    if (this.getAttribute('item') && only) {
      const whole = h('div')
      this.#read(only, whole, say)
      return [h('article', { part: 'item', class: 'item' }, ...this.#head(only, say), whole)]
    }
    const rows = h('ul', { part: 'list', class: 'list' }, ...posts.map((post) => this.#post(post, say)))
    const query = this.#query()
    return [rows, this.more(rows, this.#next, (cursor) => look(this.api, '/v1/news', { ...query, cursor })
      .then(({ body }) => ({ rows: body.items.map((post) => this.#post(post, say)), next: body.next })), say)]
  }

  /** @returns {Scip.Query<'/v1/news'>} */
  #query() {
    return { limit: 10, ...this.given(['kind', 'year', 'limit']) }
  }

  /** What is seen of a post in any case. @param {Scip.Post} post @param {Scip.Words} say */
  #head(post, say) {
    const [title, alt, summary] = [written(post, 'title', say), written(post, 'picture_alt', say), written(post, 'summary', say)]
    const facts = [post.published_on && partialDate(post.published_on, say), inWords(say.term, post.kind)].filter(Boolean)
    return [
      h('h3', { part: 'name', lang: title.lang }, title.text),
      post.picture && picture(post.picture, alt.text, this.api, { part: 'picture', class: 'picture', lang: alt.lang }),
      h('p', { part: 'facts', class: 'muted' }, facts.join(' · '), post.publisher && ' · ', post.publisher && h('span', { lang: 'en' }, post.publisher)),
      summary.text && h('p', { part: 'text', class: 'text', lang: summary.lang }, summary.text),
    ].filter((part) => part instanceof Node)
  }

  /** Where a post is elsewhere. @param {Scip.Post} post @param {Scip.Words} say */
  #elsewhere(post, say) {
    return post.url && h('p', {}, link(post.url, say.visit, h('span', { class: 'unseen' }, `: ${written(post, 'title', say).text}`)))
  }

  /** A post of the list: its text comes when it is opened. @param {Scip.Post} post @param {Scip.Words} say */
  #post(post, say) {
    const rest = h('div')
    const details = h('details', { part: 'whole' }, h('summary', {}, say.readOn, h('span', { class: 'unseen' }, `: ${written(post, 'title', say).text}`)), rest)
    details.addEventListener('toggle', () => details.open && !rest.childElementCount && this.#read(post, rest, say))
    return h('li', { part: 'item', class: 'item' }, ...this.#head(post, say), post.body ? details : this.#elsewhere(post, say))
  }

  /** Brings the text of a post, and what it is about. @param {Scip.Post} post @param {HTMLElement} rest @param {Scip.Words} say */
  async #read(post, rest, say) {
    rest.replaceChildren(h('p', { class: 'muted', role: 'status' }, say.loading))
    try {
      const { whole, style } = await import('./post.js')
      if (!this.shadowRoot?.adoptedStyleSheets.includes(style)) this.shadowRoot?.adoptedStyleSheets.push(style)
      const way = this.#elsewhere(post, say)
      rest.replaceChildren(...await whole(post, this.api, say), ...(way ? [way] : []))
    } catch (error) {
      console.warn(`<${this.localName}>`, error)
      const retry = h('button', { type: 'button', part: 'retry' }, say.retry)
      retry.addEventListener('click', () => this.#read(post, rest, say))
      rest.replaceChildren(h('p', { role: 'status' }, say.failed, ' ', retry))
    }
  }
}
