/* The one file a website names: <script type="module" src="…/web/scip.js"></script> */
import { Events } from './events.js'
import { Headline } from './headline.js'
import { HubList, HubMap } from './hubs.js'
import { Metrics } from './metrics.js'

const elements = {
  'scip-events': Events, 'scip-headline': Headline, 'scip-hub-list': HubList, 'scip-hub-map': HubMap, 'scip-metrics': Metrics,
}
/* What readers come to last. Where a page has one, it is loaded when a reader is near it; until then what stands between its tags is shown. */
const later = {
  'scip-documents': () => import('./documents.js').then(({ Documents }) => Documents),
  'scip-news': () => import('./news.js').then(({ News }) => News),
}

/** A theme and a plugin may both bring this script: the first one stays.
 * @param {string} name @param {CustomElementConstructor} element */
const define = (name, element) => customElements.get(name) || customElements.define(name, element)
for (const [name, element] of Object.entries(elements)) define(name, element)
for (const [name, load] of Object.entries(later)) {
  const begin = () => load().then((element) => define(name, element), (error) => console.warn(`<${name}>`, error))
  const near = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return
    near.disconnect()
    begin()
  }, { rootMargin: '1000px' })
  const there = document.querySelectorAll(name)
  for (const one of there) near.observe(one)
  if (!there.length) begin()
}
for (const { localName } of document.querySelectorAll(':not(:defined)'))
  if (localName.startsWith('scip-') && !(localName in later))
    console.warn(`<${localName}> is no element of ${import.meta.url}: there are ${Object.keys({ ...elements, ...later }).join(', ')}`)
