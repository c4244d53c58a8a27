/* Prints what a reader of the page sees, shadow trees included. usage: node text.js URL */
import { launch } from './chromium.js'

const browser = await launch()
const page = await browser.newPage()
await page.goto(process.argv[2])
const shown = await page.waitForFunction(() => {
  const elements = [...document.querySelectorAll('scip-hub-list, scip-hub-map, scip-headline, scip-events, scip-documents, scip-metrics, scip-news')]
  const text = (node) => [...(node.shadowRoot ?? node).childNodes].map((child) => (child.nodeType === 3 ? child.data : child.nodeName === 'STYLE' ? '' : text(child))).join(' ')
  const waiting = elements.find((element) => !element.matches(':state(ready), :state(stale), :state(error)'))
  waiting?.scrollIntoView() /* some begin when a reader is near */
  return !waiting && text(document.body)
})
console.log(await shown.jsonValue())
await browser.close()
