/* <scip-events>: what is to come, by month, and a calendar to subscribe to; with the attribute past, what was, too. */
import { list } from './client.js'
import { h, link, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { fill, partialDate, timeOfDay } from './words.js'

const FILTERS = ['hub', 'kind', 'programme', 'nation']

const look = sheet(`
  h4 { margin: 0; font-family: var(--scip-heading-font, inherit); font-size: 1.0625rem; font-weight: 600; line-height: 1.35; text-wrap: balance; }
  .calendar { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5em; margin-bottom: var(--gap); }
  .month { display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr); gap: 0.5rem var(--gap); padding-block: var(--gap); border-top: 1px solid var(--border); }
  .month h3 { font-size: 1.0625rem; color: var(--muted); }
  .list { display: grid; gap: var(--gap); }
  .event { display: grid; gap: 0.25rem; max-width: 46rem; }
  .text { white-space: pre-line; text-wrap: pretty; }
  .status { font-weight: 600; }
  .cancelled h4 { text-decoration: line-through; text-decoration-thickness: 1px; }
  summary { width: fit-content; padding-block: 0.5rem; color: var(--accent); cursor: pointer; }
  @container (max-width: 36rem) { .month { grid-template-columns: minmax(0, 1fr); } }
`)

/** The last day that a date may mean: 2026 is over with 31 December. @param {string} date */
const lastDay = (date) => date + '-12-31'.slice(date.length - 4)

/** @param {Scip.Event} event @param {string} today */
const toCome = (event, today) => event.status !== 'held' && (event.starts_on ? lastDay(event.ends_on ?? event.starts_on) >= today : event.status === 'published')

/** @extends {ScipElement<Scip.Event>} */
export class Events extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, ...FILTERS, 'past']
  static styles = [look]

  /** Asks for the past as well: then it is the same list tomorrow, should the API be away. @override @param {boolean} again */
  ask(again) {
    return list(this.api, '/v1/events', this.#query(this.say), { again })
  }

  /** @override @param {Scip.Words} say */
  nothing(say) {
    return say.noEvents
  }

  /** @override @param {Scip.Event[]} events @param {Scip.Words} say */
  draw(events, say) {
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format()
    const coming = events.filter((event) => toCome(event, today))
    const past = events.filter((event) => !toCome(event, today)).sort((a, b) => (b.starts_on ?? '').localeCompare(a.starts_on ?? ''))
    return [
      this.#calendar(say),
      ...(coming.length ? this.#months(coming, say) : [h('p', { part: 'none', class: 'muted' }, say.noneToCome)]),
      ...(this.hasAttribute('past') && past.length
        ? [h('details', { part: 'past' }, h('summary', {}, fill(say.past, past.length)), ...this.#months(past, say))]
        : []),
    ]
  }

  /** @param {Scip.Words} say @returns {Scip.Query<'/v1/events'>} */
  #query(say) {
    return { ...this.given(FILTERS), ...(say.lang === 'cy' ? { lang: 'cy' } : {}) }
  }

  /** The same list, for a calendar. @param {Scip.Words} say */
  #calendar(say) {
    const url = new URL('/v1/events', this.api)
    for (const [name, value] of Object.entries({ ...this.#query(say), format: 'ics' })) url.searchParams.set(name, String(value))
    return h('p', { part: 'calendar', class: 'calendar' },
      h('a', { part: 'link subscribe', href: url.href.replace(/^https?:/, 'webcal:') }, say.subscribe),
      h('a', { part: 'link', href: url.href }, say.calendarFile))
  }

  /** @param {Scip.Event[]} events @param {Scip.Words} say */
  #months(events, say) {
    /** @type {Map<string, Scip.Event[]>} */
    const months = new Map()
    for (const event of events) {
      const month = event.starts_on?.slice(0, 7) ?? ''
      months.set(month, [...(months.get(month) ?? []), event])
    }
    return [...months].map(([month, inside]) => h('div', { part: 'month', class: 'month' },
      h('h3', {}, month ? partialDate(month, say) : say.noDate),
      h('ul', { part: 'list', class: 'list' }, ...inside.map((event) => this.#event(event, say)))))
  }

  /** @param {Scip.Event} event @param {Scip.Words} say */
  #event(event, say) {
    const cancelled = event.status === 'cancelled'
    const place = [event.venue, event.town].filter(Boolean).join(', ')
    const from = this.getAttribute('hub') ? undefined : event.hub?.name
    return h('li', { part: 'event', class: cancelled ? 'event cancelled' : 'event' },
      cancelled && h('p', { part: 'status', class: 'status' }, say.cancelled,
        event.cancellation_reason && h('span', { lang: 'en' }, `: ${event.cancellation_reason}`)),
      h('h4', { part: 'name', lang: event.language }, event.title),
      when(event, say),
      (place || event.online || from) && h('p', { part: 'place', class: 'muted' },
        place && h('span', { lang: 'en' }, place), place && event.online && ', ', event.online && say.online,
        from && (place || event.online) && ' · ', from && h('span', { lang: 'en' }, from)),
      event.description && h('p', { part: 'text', class: 'text', lang: event.description_language ?? undefined }, event.description),
      event.accessibility && h('p', { part: 'access', class: 'text muted', lang: 'en' }, event.accessibility),
      event.url && h('p', {}, link(event.url, say.aboutEvent, h('span', { class: 'unseen' }, `: ${event.title}`))))
  }
}

/** The day and the hours on the clock in London; a month or year stands above already. @param {Scip.Event} event @param {Scip.Words} say */
function when(event, say) {
  if (!event.starts_on) return event.date_text && h('p', { part: 'when', class: 'muted', lang: 'en' }, event.date_text)
  const until = event.ends_on && event.ends_on !== event.starts_on && event.ends_on
  if (event.starts_precision !== 'day' && !until) return
  const [begins, ends] = [event.starts_at, event.ends_at].map((at) => at && timeOfDay(at))
  const start = [partialDate(event.starts_on, say), begins].filter(Boolean).join(', ')
  const end = [until && partialDate(until, say), ends].filter(Boolean).join(', ')
  return h('p', { part: 'when', class: 'muted' }, h('time', { datetime: event.starts_at ?? event.starts_on }, start), end && (until ? ` – ${end}` : `–${end}`))
}
