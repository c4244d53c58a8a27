/* <scip-headline>: published figures, each said as its source says it: over 600, about 30, at least 39. */
import { list } from './client.js'
import { h, link, sheet } from './dom.js'
import { ScipElement } from './element.js'
import { fill, partialDate, quantity } from './words.js'

const look = sheet(`
  .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(9.5rem, 20%), 1fr)); gap: var(--gap) clamp(1rem, 3cqw, 2rem); }
  .figure { padding-top: 0.875rem; border-top: 1px solid var(--border); container-type: inline-size; }
  .value { color: var(--muted); }
  .number { font-family: var(--scip-heading-font, inherit); font-size: min(2.25rem, 165cqi / var(--digits)); line-height: 1.2; color: var(--text); font-variant-numeric: lining-nums; white-space: nowrap; }
  .name { text-wrap: pretty; }
  .origin { display: flex; flex-wrap: wrap; gap: 0 1.25em; margin-top: var(--gap); }
  .figure .origin { margin-top: 0.25rem; }
`)

/** @extends {ScipElement<Scip.Figure>} */
export class Headline extends ScipElement {
  static observedAttributes = [...ScipElement.observedAttributes, 'period', 'kind', 'metric']
  static styles = [look]

  /** @override @param {boolean} again */
  ask(again) {
    return list(this.api, '/v1/headline-figures', this.given(['period', 'kind', 'metric']), { again })
  }

  /** @override @param {Scip.Words} say */
  nothing(say) {
    return say.noFigures
  }

  /** @override @param {Scip.Figure[]} figures @param {Scip.Words} say */
  draw(figures, say) {
    const origins = new Set(figures.map(({ period, as_of, sources }) => JSON.stringify([period, as_of, sources])))
    const together = origins.size === 1 && figures[0]
    return [
      h('ul', { part: 'figures', class: 'figures' }, ...figures.map((figure) => this.#figure(figure, say, !together))),
      ...(together ? [origin(together, say)] : []),
    ]
  }

  /** @param {Scip.Figure} figure @param {Scip.Words} say @param {boolean} withOrigin */
  #figure(figure, say, withOrigin) {
    const [number = '', unit] = quantity(figure.value, figure.unit, say)
    const qualifier = say.qualifier[figure.qualifier]
    const big = h('span', { part: 'number', class: 'number' }, number)
    big.style.setProperty('--digits', String(number.length))
    return h('li', { part: 'figure', class: 'figure' },
      h('p', { part: 'value', class: 'value' }, qualifier && `${qualifier} `, big, unit && !says(figure) && ` ${unit}`),
      h('p', { part: 'label', class: 'label', lang: 'en' }, figure.title),
      figure.subject && h('p', { class: 'muted', lang: 'en' }, figure.subject.name),
      figure.confidence !== 'high' && h('p', { class: 'muted' }, say.confidence[figure.confidence]),
      withOrigin && origin(figure, say))
  }
}

/** Whether the title has the unit already: 12 Hubs are no "12 hubs, Hubs". @param {Scip.Figure} figure */
const says = ({ title, unit }) => title.toLowerCase().includes(unit.replace(/s$/, ''))

/** The period, or else the day, and where it is said. @param {Scip.Figure} figure @param {Scip.Words} say */
function origin(figure, say) {
  const [source = ''] = figure.sources
  const when = figure.period ? `${say.period} ${figure.period}` : figure.as_of && fill(say.asOf, partialDate(figure.as_of, say))
  return h('p', { part: 'origin', class: 'origin muted' },
    when && h('span', {}, when), ' ',
    h('span', {}, `${say.source} `, link(source, URL.canParse(source) ? new URL(source).hostname.replace(/^www\./, '') : source)))
}
