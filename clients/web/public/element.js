/* What the elements share: attributes, the look, and the states loading, empty, error and stale. */
import { home, Refusal } from './client.js'
import { h, sheet } from './dom.js'
import { en, fill, moment, words } from './words.js'

const look = sheet(`
  :host {
    --text: var(--scip-text, light-dark(#1b2530, #e7ebee));
    --muted: var(--scip-muted, light-dark(#55606b, #a4afb8));
    --surface: var(--scip-surface, light-dark(#ffffff, #1b232b));
    --border: var(--scip-border, light-dark(#d8dad6, #38434d));
    --control: var(--scip-control, light-dark(#7b858c, #7d8a95));
    --accent: var(--scip-accent, light-dark(#14566b, #86c8d8));
    --on-accent: var(--scip-on-accent, light-dark(#ffffff, #0d1a20));
    --land: var(--scip-land, light-dark(#dfe0da, #303a43));
    --notice: var(--scip-notice, light-dark(#fdf3dc, #3a3018));
    --radius: var(--scip-radius, 6px);
    --gap: var(--scip-gap, 1.25rem);
    display: block;
    container-type: inline-size;
    color: var(--text);
    font-family: var(--scip-font, inherit);
    line-height: 1.5;
    overflow-wrap: anywhere;
  }
  :host([hidden]) { display: none; }
  *, ::before, ::after { box-sizing: border-box; }
  h3, p, ul, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
  ul { list-style: none; }
  h3 { font-family: var(--scip-heading-font, inherit); font-size: 1.1875rem; font-weight: 600; line-height: 1.3; text-wrap: balance; }
  a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; overflow-wrap: anywhere; }
  a:hover { text-decoration-thickness: 2px; }
  button, select, input { font: inherit; color: inherit; }
  button, select, input[type='search'] {
    min-height: 2.5rem; padding: 0.25rem 0.75rem; background: var(--surface);
    border: 1px solid var(--control); border-radius: var(--radius);
  }
  button { cursor: pointer; }
  button:hover { border-color: var(--accent); }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  .muted { color: var(--muted); font-size: 0.875rem; }
  .more { margin-top: var(--gap); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  #content { outline-offset: 6px; }
  #note:empty, slot[hidden] { display: none; }
  #note { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; color: var(--muted); }
  :host(:state(stale)) #note, :host(:state(error)) #note {
    padding: 0.75rem 1rem; color: var(--text); background: var(--notice);
    border: 1px solid var(--border); border-radius: var(--radius);
  }
  :host(:state(stale)) #note { margin-bottom: var(--gap); }
  :host(:state(loading)) #note:has(+ #content:not(:empty)) { position: absolute; overflow: hidden; clip-path: inset(50%); }
  @media (prefers-reduced-motion: no-preference) {
    :host(:state(loading)) #note { animation: wait 1.6s ease-in-out infinite alternate; }
    @keyframes wait { 40% { opacity: 1; } to { opacity: 0.75; } }
  }
  @media print { button, form { display: none !important; } }
`)

/**
 * An element that shows one list of the API. A subclass asks for it and draws it. What stands between its tags is shown until
 * there is more to show, and where there is no JavaScript.
 * @template T
 */
export class ScipElement extends HTMLElement {
  static observedAttributes = ['api', 'lang']
  /** @type {CSSStyleSheet[]} */
  static styles = []

  #content = h('div', { id: 'content', part: 'content', tabindex: -1 })
  #note = h('div', { id: 'note', part: 'note', role: 'status' })
  #before = h('slot')
  #internals = this.attachInternals()
  #turn = 0
  #planned = false
  /** The words in the language of the element, or of the page around it. @type {Scip.Words} */
  say = en

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [look, .../** @type {typeof ScipElement} */ (this.constructor).styles]
    root.append(this.#note, this.#content, this.#before)
  }

  connectedCallback() {
    this.#plan()
  }

  attributeChangedCallback() {
    this.#plan()
  }

  /** The origin of the API. */
  get api() {
    return this.getAttribute('api') || home
  }

  /** Those of its attributes that are set, as a query has them. @param {string[]} names @returns {any} */
  given(names) {
    return Object.fromEntries(names.map((name) => [name, this.getAttribute(name)?.trim()]).filter(([, value]) => value))
  }

  /** A button that brings the next page of a list to its rows, and the keyboard there. @param {HTMLElement} rows @param {string | null | undefined} next
   * @param {(cursor: string) => Promise<{ rows: HTMLElement[], next: string | null }>} bring @param {Scip.Words} say */
  more(rows, next, bring, say) {
    const button = h('button', { type: 'button', part: 'more', class: 'more', hidden: !next }, say.showMore)
    button.addEventListener('click', async () => {
      button.disabled = true
      try {
        const page = await bring(next ?? '')
        next = page.next
        rows.append(...page.rows)
        button.textContent = say.showMore
        button.hidden = !next
        const [row] = page.rows
        row?.setAttribute('tabindex', '-1')
        row?.focus()
      } catch (error) {
        console.warn(`<${this.localName}>`, error)
        button.textContent = `${say.failed} ${say.retry}`
      } finally {
        button.disabled = false
      }
    })
    return button
  }

  /** Asks for the records. @param {boolean} _again @returns {Promise<Scip.Answer<T>>} */
  ask(_again) {
    throw new Error('a subclass asks')
  }

  /** Draws the records, of which there is at least one. @param {T[]} _items @param {Scip.Words} _say @returns {Node[]} */
  draw(_items, _say) {
    throw new Error('a subclass draws')
  }

  /** What is said where there are no records. @param {Scip.Words} say */
  nothing(say) {
    return say.noHubs
  }

  /** Asks and draws again. */
  refresh() {
    this.#plan()
  }

  /** Loads once for all attributes that change together. */
  #plan() {
    if (!this.isConnected || this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.#load()
    })
  }

  async #load(again = false) {
    const turn = ++this.#turn
    const say = await words(this.closest('[lang]')?.getAttribute('lang') ?? undefined)
    if (turn !== this.#turn) return
    this.say = say
    this.shadowRoot?.querySelectorAll('#content, #note').forEach((part) => part.setAttribute('lang', say.lang))
    this.#show('loading', say.loading)
    try {
      const { items, at, stale } = await this.ask(again)
      if (turn !== this.#turn) return
      this.#content.replaceChildren(...(items.length ? this.draw(items, say) : []))
      if (stale) this.#show('stale', fill(say.stale, moment(at, say)), say.retry)
      else if (items.length) this.#show('ready')
      else this.#show('empty', this.nothing(say))
    } catch (error) {
      if (turn !== this.#turn) return
      console.warn(`<${this.localName}>`, error)
      this.#content.replaceChildren()
      if (error instanceof Refusal) this.#show('error', say.refused, '', `<${this.localName}> ${error.message}`)
      else this.#show('error', say.failed, say.retry)
    }
  }

  /** @param {Scip.State} state @param {string} [text] @param {string} [retry] label of a button that tries again @param {string} [detail] in English */
  #show(state, text, retry, detail) {
    this.#internals.states.clear()
    this.#internals.states.add(state)
    this.#content.ariaBusy = String(state === 'loading')
    this.#before.hidden = state !== 'error' && (state !== 'loading' || this.#content.childElementCount > 0)
    const { activeElement } = document /* the element itself where something of its own has the focus */
    if (this.#before.hidden && activeElement !== this && this.contains(activeElement)) this.#content.focus() /* a link that is shown no more had it */
    this.#note.replaceChildren(...(text ? [h('span', {}, text)] : []), ...(detail ? [' ', h('span', { lang: 'en' }, detail)] : []))
    if (!retry) return
    const button = h('button', { type: 'button', part: 'retry' }, retry)
    button.addEventListener('click', () => {
      this.#content.focus() /* the button goes: the keyboard stays here */
      this.#load(true)
    })
    this.#note.append(button)
  }
}
