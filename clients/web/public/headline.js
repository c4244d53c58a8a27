/* <scip-headline>: published figures, each said as its source says it: over 600, about 30, at least 39. */
import { list } from './client.js'
import { h, link, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { fill, partialDate, quantity } from './words.js'

/** @typedef {import('./client.js').Item<'/v1/headline-figures'>} Figure */
/** @typedef {import('./client.js').Query<'/v1/headline-figures'>} Query */
/** @typedef {import('./words.js').Words} Words */

const look = sheet(`
  .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(9.5rem, 20%), 1fr)); gap: var(--gap) clamp(1rem, 3cqw, 2rem); }
  .figure { padding-top: 0.875rem; border-top: 1px solid var(--border); }
  .value { color: var(--muted); }
  .number { font-family: var(--scip-heading-font, inherit); font-size: 2.25rem; line-height: 1.2; color: var(--text); font-variant-numeric: lining-nums; }
  .label { text-wrap: pretty; }
  .origin { display: flex; flex-wrap: wrap; gap: 0 1.25em; margin-top: var(--gap); }
  .figure .origin { margin-top: 0.25rem; }
`)

/** @extends {ScipElement<Figure>} */
export class Headline extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'period', 'scope', 'metric']
  static styles = [look]

  /** @override @param {boolean} again */
  ask(again) {
    const query = Object.fromEntries(['period', 'scope', 'metric'].flatMap((name) => {
      const value = this.getAttribute(name)
      return value ? [[name, value]] : []
    }))
    return list(this.api, '/v1/headline-figures', /** @type {Query} */ (query), { again })
  }

  /** @override @param {Words} say */
  nothing(say) {
    return say.noFigures
  }

  /** @override @param {Figure[]} figures @param {Words} say */
  draw(figures, say) {
    const origins = new Set(figures.map(({ period, as_of, sources }) => JSON.stringify([period, as_of, sources])))
    const together = origins.size === 1 && figures[0]
    return [
      h('ul', { part: 'figures', class: 'figures' }, ...figures.map((figure) => this.#figure(figure, say, !together))),
      ...(together ? [origin(together, say)] : []),
    ]
  }

  /** @param {Figure} figure @param {Words} say @param {boolean} withOrigin */
  #figure(figure, say, withOrigin) {
    const [number, unit] = quantity(figure.value, figure.unit, say)
    const qualifier = say.qualifier[figure.qualifier]
    return h('li', { part: 'figure', class: 'figure' },
      h('p', { part: 'value', class: 'value' },
        qualifier && `${qualifier} `, h('span', { part: 'number', class: 'number' }, number), unit && ` ${unit}`),
      h('p', { part: 'label', class: 'label', lang: 'en' }, figure.label),
      figure.subject && h('p', { class: 'muted', lang: 'en' }, figure.subject.name),
      figure.confidence !== 'high' && h('p', { class: 'muted' }, say.confidence[figure.confidence]),
      withOrigin && origin(figure, say))
  }
}

/** The period, or else the day, and where it is said. @param {Figure} figure @param {Words} say */
function origin(figure, say) {
  const [source = ''] = figure.sources
  const when = figure.period ? `${say.period} ${figure.period}` : figure.as_of && fill(say.asOf, partialDate(figure.as_of, say))
  return h('p', { part: 'origin', class: 'origin muted' },
    when && h('span', {}, when), ' ',
    h('span', {}, `${say.source} `, link(source, URL.canParse(source) ? new URL(source).hostname.replace(/^www\./, '') : source)))
}
